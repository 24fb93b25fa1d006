package dev.connectome.experiments.rule;

import dev.connectome.stopping.DiminishingRule;
import dev.connectome.stopping.PatienceRule;
import dev.connectome.stopping.PlateauRule;
import dev.connectome.stopping.SeriesPolicy;
import dev.connectome.stopping.SlowingRule;
import dev.connectome.stopping.StoppingPolicy;
import dev.connectome.stopping.StoppingRule;
import dev.connectome.stopping.TroughRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A rule with settings to choose from; {@code settings} as typed for {@code --policy}. */
public record Candidate(String monitor, StoppingRule rule, String settings) {
  private static final List<String> MONITORS =
      List.of(
          "deathDistance",
          "birthDistance",
          "connectomeDistance",
          "neighbourDisagreement",
          "treeDisagreement",
          "neighbourTurnover",
          "trainLoss",
          "changedPredictions");
  private static final List<Double> SMOOTHING = List.of(0.3, 0.5, 1.0);
  private static final List<Double> PEAK_FRACTION = List.of(0.3, 0.5, 0.7, 1.0);
  private static final List<Double> DROP = List.of(0.1, 0.2, 0.3, 0.4, 0.5);
  private static final List<Double> FRACTION = List.of(0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4);
  private static final List<Integer> WINDOW = List.of(3, 5, 8);
  private static final List<Integer> CONFIRM = List.of(1, 2, 3, 5);

  /** The candidates on these series. */
  public static List<Candidate> of(Set<String> series) {
    List<Candidate> all = new ArrayList<>();
    for (String monitor : MONITORS.stream().filter(series::contains).toList()) {
      for (int confirm : CONFIRM) {
        for (double fraction : FRACTION) {
          all.add(plateau(monitor, new PlateauRule(fraction, confirm)));
        }
        for (double smoothing : SMOOTHING) {
          for (double peak : PEAK_FRACTION) {
            all.add(trough(monitor, new TroughRule(smoothing, peak, confirm)));
            for (int window : WINDOW) {
              for (double drop : DROP) {
                all.add(
                    diminishing(
                        monitor, new DiminishingRule(smoothing, peak, window, drop, confirm)));
              }
            }
          }
        }
      }
    }
    return List.copyOf(all);
  }

  /** The rule and the series: candidates of one family differ only in numbers. */
  public String family() {
    return rule.name() + " on " + monitor;
  }

  /** As typed for {@code --policy}. */
  public String syntax() {
    return "%s:monitor=%s,%s".formatted(rule.name(), monitor, settings);
  }

  public StoppingPolicy policy() {
    return new SeriesPolicy("candidate", monitor, rule);
  }

  static Candidate patience(String monitor, PatienceRule rule) {
    return new Candidate(
        monitor,
        rule,
        "patience=%s,min-delta=%s,start-from-epoch=%s%s"
            .formatted(
                rule.patience(),
                rule.minDelta(),
                rule.startFromEpoch(),
                rule.restoreBest() ? ",restore-best" : ""));
  }

  static Candidate slowing(String monitor, SlowingRule rule) {
    return new Candidate(
        monitor,
        rule,
        "smoothing=%s,min-fall=%s,window=%s,max-pace=%s,confirm=%s"
            .formatted(
                rule.smoothing(), rule.minFall(), rule.window(), rule.maxPace(), rule.confirm()));
  }

  static Candidate plateau(String monitor, PlateauRule rule) {
    return new Candidate(
        monitor, rule, "fraction=%s,confirm=%s".formatted(rule.fraction(), rule.confirm()));
  }

  static Candidate trough(String monitor, TroughRule rule) {
    return new Candidate(
        monitor,
        rule,
        "smoothing=%s,peak-fraction=%s,confirm=%s"
            .formatted(rule.smoothing(), rule.peakFraction(), rule.confirm()));
  }

  static Candidate diminishing(String monitor, DiminishingRule rule) {
    return new Candidate(
        monitor,
        rule,
        "smoothing=%s,peak-fraction=%s,window=%s,min-relative-drop=%s,confirm=%s"
            .formatted(
                rule.smoothing(),
                rule.peakFraction(),
                rule.window(),
                rule.minRelativeDrop(),
                rule.confirm()));
  }
}
