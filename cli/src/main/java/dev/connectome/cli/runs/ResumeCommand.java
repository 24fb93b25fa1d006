package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code connectome runs resume}. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Continues a run that has ended from its newest checkpoint.")
final class ResumeCommand extends ControllerCommand {
  @Parameters(paramLabel = "RUN", description = "The run's name or uid.")
  private String run;

  @Option(names = "--wait", description = "Follow the run to its end.")
  private boolean wait;

  @Mixin private OutputOption output;

  @SuppressWarnings("NullAway.Init")
  ResumeCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) throws InterruptedException {
    TrainingRun resumed =
        connection
            .calls()
            .resumeTrainingRun(
                ResumeTrainingRunRequest.newBuilder().setName(RunNames.resource(run)).build());
    output.print(out, resumed, () -> RunTables.run(resumed));
    return wait ? follow(connection, resumed.getName(), out) : 0;
  }
}
