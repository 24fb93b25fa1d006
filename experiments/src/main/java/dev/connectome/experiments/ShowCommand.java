package dev.connectome.experiments;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.report.ReportOutput;
import dev.connectome.experiments.race.Race;
import dev.connectome.experiments.race.Results;
import dev.connectome.experiments.recording.Recording;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code connectome experiment show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Prints the results of recorded trainings as 'connectome experiment paper' does; needs no"
            + " platform.",
    footerHeading = "%nExample:%n",
    footer = "  connectome experiment show --series docs/experiments/paper.json")
public final class ShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--series",
      paramLabel = "FILE",
      required = true,
      description =
          "Recorded trainings, as 'connectome experiment paper --series FILE' writes them; may be"
              + " given several times. A training that is in several is taken once.")
  private List<Path> series = new ArrayList<>();

  @Mixin private ReportOutput output;

  /** Made by the command-line parser, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public ShowCommand() {}

  @Override
  public Integer call() {
    Recording recording = Recording.read(series);
    Race race = Race.of(recording.runs());
    if (race.pairs().isEmpty()) {
      throw CommandFailure.badInput("--series has no training with a twin that held images out");
    }
    Results results = Results.of(recording.about(), race);
    output.print(spec.commandLine().getOut(), results, results::lines);
    return 0;
  }
}
