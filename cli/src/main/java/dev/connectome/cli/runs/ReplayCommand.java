package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.BatchReplayPolicyRequest;
import dev.connectome.protos.run.v1.BatchReplayPolicyResponse;
import dev.connectome.protos.run.v1.ReplayPolicyRequest;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.StoppingPolicy;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome runs replay}. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Tells what another policy would have decided on recorded series, of one run or of many.")
final class ReplayCommand extends ControllerCommand {
  @Mixin private RunSelectionOptions runs;

  @Option(
      names = "--policy",
      required = true,
      paramLabel = "POLICY",
      description = "For instance plateau:fraction=0.2,confirm=3")
  private String policy;

  @Mixin private OutputOption output;

  @SuppressWarnings("NullAway.Init")
  ReplayCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) {
    StoppingPolicy replayed = PolicySyntax.parse(policy);
    Optional<String> run = runs.one();
    if (run.isEmpty()) {
      BatchReplayPolicyResponse answer = replayMany(connection, replayed);
      output.print(out, answer, () -> RunTables.replays(answer));
      return 0;
    }
    ReplayPolicyResponse answer =
        connection
            .calls()
            .replayPolicy(
                ReplayPolicyRequest.newBuilder()
                    .setName(RunNames.resource(run.get()))
                    .setPolicy(replayed)
                    .build());
    output.print(out, answer, () -> List.of(sentence(answer)));
    return 0;
  }

  private BatchReplayPolicyResponse replayMany(
      ConnectomeClient connection, StoppingPolicy replayed) {
    var request =
        BatchReplayPolicyRequest.newBuilder().setSelection(runs.selection()).setPolicy(replayed);
    var answer = BatchReplayPolicyResponse.newBuilder();
    do {
      BatchReplayPolicyResponse page = connection.calls().batchReplayPolicy(request.build());
      answer.addAllReplays(page.getReplaysList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return answer.build();
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
