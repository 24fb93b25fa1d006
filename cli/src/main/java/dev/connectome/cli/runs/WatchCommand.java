package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code connectome runs watch}. */
@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Follows a run to its end. The exit code is 0 if the run was stopped or completed, 1 if it"
            + " failed.")
final class WatchCommand extends RunCommand {
  @Override
  int call(ConnectomeClient client, String run, PrintWriter out) throws InterruptedException {
    return follow(client, run, out);
  }
}
