package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code connectome runs get}. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Shows a run.")
final class GetCommand extends RunCommand {
  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, String run, PrintWriter out) {
    TrainingRun found = client.get(run);
    output.print(out, found, () -> RunTables.run(found));
    return 0;
  }
}
