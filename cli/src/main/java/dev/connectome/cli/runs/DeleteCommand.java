package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code connectome runs delete}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Deletes runs that have ended, with their history.")
final class DeleteCommand extends ControllerCommand {
  @Parameters(arity = "1..*", paramLabel = "RUN", description = "Names or uids of runs.")
  private List<String> runs;

  @Option(names = "--force", description = "Delete runs even if they have not ended.")
  private boolean force;

  @Override
  int call(ConnectomeClient client, PrintWriter out) {
    Each.of(
            runs,
            run -> {
              client.delete(run, force);
              out.println("deleted " + run);
              return run;
            })
        .requireAll();
    return 0;
  }
}
