package dev.connectome.experiments.race;

import dev.connectome.cli.report.Table;
import dev.connectome.experiments.recording.RecordedRun.Weights;
import dev.connectome.experiments.rule.ComparedRules;
import java.util.List;
import java.util.Set;

/**
 * What the product would do to the trainings under one of its defaults, former or present, each
 * keeping the weights that the product kept with it.
 *
 * @param summary of that default
 * @param avoided settings in which it loses more than five points and the present default does not
 * @param caused settings in which the present default loses more than five points and it does not
 */
public record Harm(RuleSummary summary, int avoided, int caused) {

  /**
   * The defaults in their order in time, on the trainings that measured averaged weights; empty if
   * the present default cannot be replayed on them.
   */
  static List<Harm> of(Race all) {
    Race race = all.with(Weights.AVERAGED);
    ComparedRules.Rule present = ComparedRules.productDefault();
    if (race.pairs().isEmpty() || !race.canApply(present)) {
      return List.of();
    }
    Set<String> presentLosses = losses(race, present);
    return ComparedRules.defaults().stream()
        .map(
            rule -> {
              Set<String> losses = losses(race, rule);
              return new Harm(
                  race.summarize(rule, kept(rule)),
                  (int) losses.stream().filter(one -> !presentLosses.contains(one)).count(),
                  (int) presentLosses.stream().filter(one -> !losses.contains(one)).count());
            })
        .toList();
  }

  /** Weights are averaged since the default reads the sample graph. */
  private static Weights kept(ComparedRules.Rule rule) {
    boolean readsSampleGraph = rule.replayPolicy().monitors().contains("neighbourDisagreement");
    return readsSampleGraph ? Weights.AVERAGED : Weights.OWN;
  }

  private static Set<String> losses(Race race, ComparedRules.Rule rule) {
    return RuleSummary.settingsThatLoseFive(
        race.results(rule, kept(rule)), race.results(ComparedRules.baseline(), Weights.OWN));
  }

  /** For people. */
  static List<String> lines(List<Harm> defaults) {
    Table table =
        new Table(
            "DEFAULT",
            "WEIGHTS KEPT",
            "STOP EPOCH",
            "MEDIAN",
            "WORST",
            "LOSE 5",
            "AVOIDED NOW",
            "NEW NOW");
    for (Harm one : defaults) {
      RuleSummary summary = one.summary();
      boolean present = summary.rule().equals(ComparedRules.productDefault().id());
      table.row(
          summary.rule() + (present ? " (now)" : " (former)"),
          summary.weights() == Weights.AVERAGED ? "averaged" : "of the epoch",
          Results.number(summary.stopEpoch().mean(), 1),
          Results.number(100 * summary.medianAboveBaseline().median(), 2),
          Results.number(100 * summary.worstSetting(), 2),
          summary.loseFive() + "/" + summary.settings(),
          present ? "-" : Integer.toString(one.avoided()),
          present ? "-" : Integer.toString(one.caused()));
    }
    return table.lines();
  }
}
