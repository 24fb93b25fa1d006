package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code connectome runs logs}. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Prints the log of a run's trainer.")
final class LogsCommand extends RunCommand {
  @Option(names = "--attempt", paramLabel = "N", description = "Default: the newest attempt")
  private int attempt;

  @Option(
      names = {"-f", "--follow"},
      description = "Print more as the log grows, until the attempt ends.")
  private boolean follow;

  @Override
  int call(ConnectomeClient client, String run, PrintWriter out) {
    client.readLog(
        run,
        attempt,
        follow,
        lines -> {
          out.print(lines);
          out.flush();
        });
    return 0;
  }
}
