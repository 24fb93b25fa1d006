package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code connectome runs get}. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Shows one run or several.")
final class GetCommand extends ControllerCommand {
  @Parameters(arity = "1..*", paramLabel = "RUN", description = "Names or uids of runs.")
  private List<String> runs;

  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, PrintWriter out) {
    Each<TrainingRun> found = Each.of(runs, client::get);
    output.print(out, found.done(), runs.size() == 1);
    found.requireAll();
    return 0;
  }
}
