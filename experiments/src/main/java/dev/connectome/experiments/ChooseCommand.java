package dev.connectome.experiments;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.report.ReportOutput;
import dev.connectome.experiments.race.Choice;
import dev.connectome.experiments.race.Race;
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
      "Chooses rules on one half of the settings of recorded trainings and evaluates them on the"
          + " other.",
      "A few thousand rules are replayed on the series: diminishing, plateau and trough, on"
          + " distances and on series that need no connectome. From each kind the rule is chosen"
          + " that keeps the highest mean accuracy among those that stop on average no later than"
          + " the validation loss with patience 5. Needs no platform, and the same files give the"
          + " same answer."
    },
    footerHeading = "%nExample:%n",
    footer = "  connectome experiment choose --series series.json")
@SuppressWarnings("NullAway.Init") // Picocli sets the fields.
public final class ChooseCommand implements Callable<Integer> {
  private static final int FEWEST_PAIRS = 4;

  @Spec private CommandSpec spec;

  @Mixin private SeriesOption series;

  @Option(
      names = "--split-seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Random seed of the split into halves. Default: ${DEFAULT-VALUE}")
  private long splitSeed;

  @Option(
      names = "--swap",
      description = "Swap the halves: choose on the second and evaluate on the first.")
  private boolean swap;

  @Mixin private ReportOutput output;

  @Override
  public Integer call() {
    Race race = Race.of(series.read().runs());
    if (race.pairs().size() < FEWEST_PAIRS) {
      throw CommandFailure.badInput(
          "--series has %d trainings with a twin that held images out: choosing needs at least %d"
              .formatted(race.pairs().size(), FEWEST_PAIRS));
    }
    Choice choice = Choice.of(race, splitSeed, swap);
    output.print(spec.commandLine().getOut(), choice, choice::lines);
    return 0;
  }
}
