package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code connectome runs get}. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Shows a run.")
final class GetCommand extends ControllerCommand {
  @Parameters(paramLabel = "RUN", description = "The run's name or uid.")
  private String run;

  @Mixin private OutputOption output;

  @SuppressWarnings("NullAway.Init")
  GetCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) {
    TrainingRun found =
        connection
            .calls()
            .getTrainingRun(
                GetTrainingRunRequest.newBuilder().setName(RunNames.resource(run)).build());
    output.print(out, found, () -> RunTables.run(found));
    return 0;
  }
}
