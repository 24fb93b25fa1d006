package dev.connectome.controller.report;

import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.codec.SampleSeries;
import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.run.Echo;
import dev.connectome.protos.trainer.v1.ReportRequest;
import dev.connectome.stopping.StoppingPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the monitors of policies of which a report says nothing. */
final class MonitorNames {

  private static final int NAMES_SHOWN = 16;

  private MonitorNames() {}

  /** What is missing, for people: a sentence for each monitor. */
  static List<String> missing(RunDefinition run, ReportRequest report) {
    Set<String> reported = new TreeSet<>(report.getMetricsMap().keySet());
    List<String> problems = new ArrayList<>();
    Stream.concat(Stream.of(run.policy()), run.shadowPolicies().stream())
        .forEach(
            policy ->
                new TreeSet<>(policy.monitors())
                    .forEach(
                        monitor ->
                            problem(policy, monitor, reported, report).ifPresent(problems::add)));
    return problems;
  }

  private static Optional<String> problem(
      StoppingPolicy policy, String monitor, Set<String> reported, ReportRequest report) {
    if (reported.contains(monitor)) {
      return Optional.empty();
    }
    String begin = "policy %s reads %s, which ".formatted(Echo.of(policy.id()), Echo.of(monitor));
    if (SignatureCodec.SERIES.contains(monitor)) {
      if (!report.hasActivations()) {
        return Optional.of(
            begin + "is computed from activations, and this report has none; report a probe");
      }
      return SampleSeries.needsClasses(monitor)
              && report.getActivations().getPredictedClassesCount() == 0
          ? Optional.of(begin + "has no values: " + SampleSeries.remedy(monitor))
          : Optional.empty();
    }
    String names =
        reported.stream().limit(NAMES_SHOWN).map(Echo::of).collect(Collectors.joining(", "));
    return Optional.of(
        begin
            + "this report does not have; it has "
            + (names.isEmpty() ? "no metrics" : names)
            + nearest(monitor, reported)
                .map(name -> "; did you mean " + Echo.of(name) + "?")
                .orElse(""));
  }

  /** The name that differs least, if it does not differ much. */
  static Optional<String> nearest(String monitor, Set<String> reported) {
    int most = Math.max(2, monitor.length() / 3);
    Set<String> names = new TreeSet<>(reported);
    names.addAll(SignatureCodec.SERIES);
    return names.stream()
        .filter(name -> distance(monitor, name) <= most)
        .min(Comparator.comparingInt(name -> distance(monitor, name)));
  }

  /**
   * How many characters must be inserted, deleted or replaced; case and underscores do not count.
   */
  private static int distance(String one, String other) {
    String a = plain(one);
    String b = plain(other);
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }

  private static String plain(String name) {
    return name.replace("_", "").toLowerCase(Locale.ROOT);
  }
}
