package dev.connectome.cli.runs;

import dev.connectome.protos.run.v1.ReplayPolicyRequest;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code connectome runs replay}. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Tells what another policy would have decided on a run's recorded series.")
final class ReplayCommand extends RunCommand {
  @Parameters(paramLabel = "RUN", description = "The run's name or uid.")
  private String run;

  @Option(
      names = "--policy",
      required = true,
      paramLabel = "POLICY",
      description = "For instance plateau:fraction=0.2,confirm=3")
  private String policy;

  @Mixin private Output output;

  @SuppressWarnings("NullAway.Init")
  ReplayCommand() {}

  @Override
  int call(RunsConnection connection, PrintWriter out) {
    ReplayPolicyResponse answer =
        connection
            .calls()
            .replayPolicy(
                ReplayPolicyRequest.newBuilder()
                    .setName(RunNames.resource(run))
                    .setPolicy(PolicySyntax.parse(policy))
                    .build());
    output.print(out, answer, () -> List.of(sentence(answer)));
    return 0;
  }

  private static String sentence(ReplayPolicyResponse answer) {
    return answer.hasDecision()
        ? RunTables.decision(answer.getDecision())
            + "; "
            + answer.getEpochsSaved()
            + " of "
            + answer.getLastEpoch()
            + " epochs saved"
        : "it would not have stopped the run within its " + answer.getLastEpoch() + " epochs";
  }
}
