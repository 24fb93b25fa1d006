package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code connectome runs delete}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Deletes a run that has ended, with its history.")
final class DeleteCommand extends RunCommand {
  @Option(names = "--force", description = "Delete the run even if it has not ended.")
  private boolean force;

  @Override
  int call(ConnectomeClient client, String run, PrintWriter out) {
    client.delete(run, force);
    out.println("deleted " + run);
    return 0;
  }
}
