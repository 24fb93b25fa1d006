package dev.connectome.experiments.race;

import dev.connectome.cli.report.Bootstrap;
import dev.connectome.cli.report.Table;
import dev.connectome.experiments.recording.Provenance;
import dev.connectome.experiments.rule.ComparedRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an experiment showed.
 *
 * @param standings the summary of each rule on all trainings
 * @param results of each rule on each pair of trainings, by its id
 */
public record Results(
    Provenance about, List<Race.RuleSummary> standings, Map<String, List<Race.Result>> results) {

  public static Results of(Provenance about, Race race) {
    Map<String, List<Race.Result>> results = new LinkedHashMap<>();
    ComparedRules.all().forEach(rule -> results.put(rule.id(), race.results(rule)));
    return new Results(about, ComparedRules.all().stream().map(race::summarize).toList(), results);
  }

  /** The results for people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.addAll(table(standings));
    lines.add("");
    lines.add(
        "%d trainings with all images, each compared with its twin with a tenth held out."
            .formatted(standings.get(0).runs()));
    lines.add(
        "In brackets: 95 % confidence interval, by bootstrap over settings. REGRET: points below"
            + " the best epoch. EARLIER, NO WORSE: than validation-5.");
    ComparedRules.all().forEach(rule -> lines.add("  " + rule.id() + ": " + rule.meaning()));
    return lines;
  }

  private static List<String> table(List<Race.RuleSummary> standings) {
    Table table =
        new Table(
            "RULE",
            "STOP EPOCH",
            "AT STOP %",
            "KEPT %",
            "REGRET",
            "WORST",
            "VS VALIDATION-5",
            "WORST",
            "EARLIER, NO WORSE",
            "UNDECIDED");
    for (Race.RuleSummary one : standings) {
      boolean baseline = one.rule().equals(ComparedRules.BASELINE);
      table.row(
          one.rule(),
          interval(one.stopEpoch(), 1, 1),
          interval(one.accuracyAtStop(), 100, 2),
          interval(one.accuracyKept(), 100, 2),
          interval(one.regret(), 100, 2),
          number(100 * one.worstRegret(), 2),
          baseline ? "-" : interval(one.accuracyAboveBaseline(), 100, 2),
          baseline ? "-" : number(100 * one.worstAgainstBaseline(), 2),
          baseline ? "-" : interval(one.earlierAndNoWorse(), 100, 0) + " %",
          one.undecided() + "/" + one.runs());
    }
    return table.lines();
  }

  private static String interval(Bootstrap.Estimate estimate, double factor, int decimals) {
    return "%s [%s, %s]"
        .formatted(
            number(factor * estimate.mean(), decimals),
            number(factor * estimate.low(), decimals),
            number(factor * estimate.high(), decimals));
  }

  static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
