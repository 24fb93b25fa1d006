package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.ListSignaturesResponse;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code connectome runs signatures}. */
@Command(
    name = "signatures",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Lists the topological signatures of a run.")
final class SignaturesCommand extends RunCommand {
  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, String run, PrintWriter out) {
    List<SignatureRecord> signatures = client.signatures(run).toList();
    output.print(
        out,
        ListSignaturesResponse.newBuilder().addAllSignatures(signatures).build(),
        signatures,
        RunTables.SIGNATURES);
    return 0;
  }
}
