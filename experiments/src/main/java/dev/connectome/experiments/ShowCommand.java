package dev.connectome.experiments;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.report.ReportOutput;
import dev.connectome.experiments.race.Race;
import dev.connectome.experiments.race.Results;
import dev.connectome.experiments.recording.Recording;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code connectome experiment show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Prints the results of recorded trainings as 'connectome experiment paper' does. Needs no"
            + " platform.",
    footerHeading = "%nExample:%n",
    footer = "  connectome experiment show --series docs/experiments/paper.json")
@SuppressWarnings("NullAway.Init") // Picocli sets the fields.
public final class ShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private SeriesOption series;

  @Mixin private ReportOutput output;

  @Override
  public Integer call() {
    Recording recording = series.read();
    Race race = Race.of(recording.runs());
    if (race.pairs().isEmpty()) {
      throw CommandFailure.badInput("--series has no training with a twin that held images out");
    }
    Results results = Results.of(recording.about(), race);
    output.print(spec.commandLine().getOut(), results, results::lines);
    return 0;
  }
}
