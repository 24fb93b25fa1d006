package dev.connectome.experiments.race;

import dev.connectome.cli.report.Bootstrap;
import dev.connectome.cli.report.Table;
import dev.connectome.experiments.recording.Provenance;
import dev.connectome.experiments.recording.RecordedRun.Weights;
import dev.connectome.experiments.rule.ComparedRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What an experiment showed.
 *
 * @param standings the summary of each rule whose series were recorded, with the epoch's own
 *     weights kept
 * @param standingsAveraged the same with averaged weights kept, on the trainings that measured
 *     them; empty if none did
 * @param harm what the product's defaults, former and present, would do; empty if the trainings did
 *     not record what the present one reads and keeps
 * @param results of each rule on each pair of trainings, by its id, with the epoch's own weights
 */
public record Results(
    Provenance about,
    List<RuleSummary> standings,
    List<RuleSummary> standingsAveraged,
    List<Harm> harm,
    Map<String, List<Race.Result>> results) {

  public static Results of(Provenance about, Race race) {
    List<ComparedRules.Rule> rules = ComparedRules.all().stream().filter(race::canApply).toList();
    Map<String, List<Race.Result>> results = new LinkedHashMap<>();
    rules.forEach(rule -> results.put(rule.id(), race.results(rule, Weights.OWN)));
    Race averaged = race.with(Weights.AVERAGED);
    return new Results(
        about,
        rules.stream().map(rule -> race.summarize(rule, Weights.OWN)).toList(),
        averaged.pairs().isEmpty()
            ? List.of()
            : rules.stream().map(rule -> averaged.summarize(rule, Weights.AVERAGED)).toList(),
        Harm.of(race),
        results);
  }

  /** The results for people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("The weights of the epoch kept:");
    lines.addAll(table(standings));
    if (!standingsAveraged.isEmpty()) {
      lines.add("");
      lines.add(
          "Averaged weights kept, compared with validation-5 that keeps the weights of its best"
              + " epoch (VS SAME: that keeps averaged weights too):");
      lines.addAll(table(standingsAveraged));
    }
    if (!harm.isEmpty()) {
      lines.add("");
      lines.add(
          "Harm avoided by the product's default: settings that lose more than five points against"
              + " validation-5 with each default and the weights it keeps (AVOIDED NOW: not with the"
              + " present one; NEW NOW: only with the present one):");
      lines.addAll(Harm.lines(harm));
    }
    lines.add("");
    lines.add(
        "%d settings, %d trainings with all images, each compared with its twin with a tenth held out."
            .formatted(standings.get(0).settings(), standings.get(0).runs()));
    lines.add(
        "Points of test accuracy. In brackets: 95 % confidence interval, by bootstrap over settings."
            + " REGRET: below the best epoch. WORST, WITHIN 0.5, LOSE 5: settings against validation-5.");
    ComparedRules.all().stream()
        .filter(rule -> results.containsKey(rule.id()))
        .forEach(rule -> lines.add("  " + rule.id() + ": " + rule.meaning()));
    return lines;
  }

  private static List<String> table(List<RuleSummary> standings) {
    Table table =
        new Table(
            "RULE",
            "STOP EPOCH",
            "KEPT %",
            "REGRET",
            "VS VALIDATION-5",
            "MEDIAN",
            "WORST",
            "WITHIN 0.5",
            "LOSE 5",
            "EARLIER, NO WORSE",
            "VS SAME, MEDIAN",
            "UNDECIDED");
    for (RuleSummary one : standings) {
      boolean baseline = one.rule().equals(ComparedRules.BASELINE) && one.weights() == Weights.OWN;
      table.row(
          one.rule(),
          interval(one.stopEpoch(), 1, 1),
          interval(one.accuracyKept(), 100, 2),
          interval(one.regret(), 100, 2),
          baseline ? "-" : interval(one.accuracyAboveBaseline(), 100, 2),
          baseline ? "-" : interval(one.medianAboveBaseline()),
          baseline ? "-" : number(100 * one.worstSetting(), 2),
          baseline ? "-" : number(100 * one.withinHalfAPoint(), 0) + " %",
          baseline ? "-" : one.loseFive() + "/" + one.settings(),
          baseline ? "-" : interval(one.earlierAndNoWorse(), 100, 0) + " %",
          baseline ? "-" : interval(one.medianAboveSameWeights()),
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

  private static String interval(Bootstrap.MedianEstimate estimate) {
    return "%s [%s, %s]"
        .formatted(
            number(100 * estimate.median(), 2),
            number(100 * estimate.low(), 2),
            number(100 * estimate.high(), 2));
  }

  static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
