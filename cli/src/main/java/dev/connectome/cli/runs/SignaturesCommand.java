package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.client.Signatures;
import dev.connectome.protos.run.v1.ListSignaturesResponse;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code connectome runs signatures}. */
@Command(
    name = "signatures",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Lists the topological signatures of a run.")
final class SignaturesCommand extends ControllerCommand {
  @Parameters(paramLabel = "RUN", description = "The run's name or uid.")
  private String run;

  @Mixin private OutputOption output;

  @SuppressWarnings("NullAway.Init")
  SignaturesCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) {
    ListSignaturesResponse answer =
        ListSignaturesResponse.newBuilder()
            .addAllSignatures(Signatures.all(connection, RunNames.resource(run)))
            .build();
    output.print(out, answer, () -> RunTables.signatures(answer));
    return 0;
  }
}
