package dev.connectome.experiments;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.report.ReportOutput;
import dev.connectome.cli.report.Table;
import dev.connectome.experiments.race.Choice;
import dev.connectome.experiments.race.Choice.Judged;
import dev.connectome.experiments.race.Race;
import dev.connectome.experiments.recording.Recording;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code connectome experiment choose}. */
@Command(
    name = "choose",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Chooses rules on one half of the settings of recorded trainings and judges them on the"
          + " other.",
      "A few thousand rules are replayed on the series: diminishing, plateau and trough, on"
          + " distances and on series that need no connectome. Of each kind that one is chosen"
          + " which keeps the highest mean accuracy among those that stop on average no later than"
          + " the validation loss with patience 5 does. Needs no platform, and the same files give"
          + " the same answer."
    },
    footerHeading = "%nExample:%n",
    footer = "  connectome experiment choose --series series.json")
public final class ChooseCommand implements Callable<Integer> {
  private static final int FEWEST_PAIRS = 4;

  @Spec private CommandSpec spec;

  @Option(
      names = "--series",
      paramLabel = "FILE",
      required = true,
      description =
          "Recorded trainings, as 'connectome experiment paper --series FILE' writes them; may be"
              + " given several times. A training that is in several is taken once.")
  private List<Path> series = new ArrayList<>();

  @Option(
      names = "--split-seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Decides which setting is in which half. Default: ${DEFAULT-VALUE}")
  private long splitSeed;

  @Option(
      names = "--swap",
      description = "Choose on the half that is judged on otherwise, and the other way round.")
  private boolean swap;

  @Mixin private ReportOutput output;

  /** Made by the command-line parser, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public ChooseCommand() {}

  @Override
  public Integer call() {
    Race race = Race.of(Recording.read(series).runs());
    if (race.pairs().size() < FEWEST_PAIRS) {
      throw CommandFailure.badInput(
          "--series has %d trainings with a twin that held images out: at least %d are needed"
              .formatted(race.pairs().size(), FEWEST_PAIRS));
    }
    Choice choice = Choice.of(race, splitSeed, swap);
    output.print(spec.commandLine().getOut(), choice, () -> lines(choice));
    return 0;
  }

  private static List<String> lines(Choice choice) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Chosen on %d settings (%d trainings), judged on %d others (%d)."
            .formatted(
                choice.settingsChosenOn().size(),
                choice.standard().chosenOn().runs(),
                choice.settingsJudgedOn().size(),
                choice.standard().judgedOn().runs()));
    lines.add("KEPT: mean accuracy in %; VS: points above validation-5; each on both halves.");
    lines.add("");
    Table table =
        new Table(
            "RULE",
            "STOP",
            "KEPT",
            "VS",
            "STOP THERE",
            "KEPT THERE",
            "VS THERE",
            "WORST THERE",
            "EARLIER, NO WORSE THERE");
    row(table, "validation-5 (baseline)", choice.baseline());
    row(table, "default: " + choice.standard().family(), choice.standard());
    choice.chosen().forEach(one -> row(table, one.family(), one));
    lines.addAll(table.lines());
    lines.add("");
    choice.chosen().forEach(one -> lines.add("  " + one.policy()));
    return lines;
  }

  private static void row(Table table, String name, Judged one) {
    table.row(
        name,
        number(one.chosenOn().stopEpoch().mean(), 1),
        number(100 * one.chosenOn().accuracyKept().mean(), 2),
        number(100 * one.chosenOn().accuracyAboveBaseline().mean(), 2),
        number(one.judgedOn().stopEpoch().mean(), 1),
        number(100 * one.judgedOn().accuracyKept().mean(), 2),
        number(100 * one.judgedOn().accuracyAboveBaseline().mean(), 2),
        number(100 * one.judgedOn().worstAgainstBaseline(), 2),
        number(100 * one.judgedOn().earlierAndNoWorse().mean(), 0) + " %");
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
