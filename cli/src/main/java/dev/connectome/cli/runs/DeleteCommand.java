package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code connectome runs delete}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Deletes a run that has ended, with its history.")
final class DeleteCommand extends ControllerCommand {
  @Parameters(paramLabel = "RUN", description = "The run's name or uid.")
  private String run;

  @Option(names = "--force", description = "Delete it even if it has not ended.")
  private boolean force;

  @SuppressWarnings("NullAway.Init")
  DeleteCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) {
    connection
        .calls()
        .deleteTrainingRun(
            DeleteTrainingRunRequest.newBuilder()
                .setName(RunNames.resource(run))
                .setForce(force)
                .build());
    out.println("deleted " + run);
    return 0;
  }
}
