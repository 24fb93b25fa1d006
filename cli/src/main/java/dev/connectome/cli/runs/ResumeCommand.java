package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome runs resume}. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Continues a run that has ended from its newest checkpoint.")
final class ResumeCommand extends RunCommand {
  @Option(names = "--wait", description = "Follow the run to its end.")
  private boolean wait;

  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, String run, PrintWriter out) throws InterruptedException {
    TrainingRun resumed = client.resume(run);
    output.print(out, resumed, () -> RunTables.run(resumed));
    return wait ? follow(client, run, out) : 0;
  }
}
