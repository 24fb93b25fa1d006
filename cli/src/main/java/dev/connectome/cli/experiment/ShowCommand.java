package dev.connectome.cli.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.cli.CommandFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
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
    footer = "  connectome experiment show --series docs/experiments/series.json")
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

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table or json. Default: ${DEFAULT-VALUE}")
  private PaperCommand.Format format;

  /** Made by the command-line parser, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public ShowCommand() {}

  @Override
  public Integer call() throws IOException {
    Recording recording = Recording.read(series);
    Race race = Race.of(recording.runs());
    if (race.pairs().isEmpty()) {
      throw CommandFailure.badInput("--series has no training with a twin that held images out");
    }
    PaperResults results = PaperResults.of(recording.about(), race);
    PrintWriter out = spec.commandLine().getOut();
    switch (format) {
      case TABLE -> results.lines().forEach(out::println);
      case JSON ->
          out.println(
              new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(results));
    }
    out.flush();
    return 0;
  }
}
