package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code connectome runs watch}. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Follows a run to its end: exit code 0 if it was stopped or completed, 1 if it failed.")
final class WatchCommand extends ControllerCommand {
  @Parameters(paramLabel = "RUN", description = "The run's name or uid.")
  private String run;

  @SuppressWarnings("NullAway.Init")
  WatchCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) throws InterruptedException {
    return follow(connection, RunNames.resource(run), out);
  }
}
