package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.BatchReplayPolicyResponse;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.RunReplay;
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
        "Shows what another policy would have decided on the recorded series of one run or many.")
final class ReplayCommand extends ControllerCommand {
  @Mixin private RunSelectionOptions runs;

  @Option(
      names = "--policy",
      required = true,
      paramLabel = "POLICY",
      description = "For instance plateau:fraction=0.2,confirm=3")
  private String policy;

  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, PrintWriter out) {
    StoppingPolicy replayed = PolicyOptions.parse(policy);
    Optional<String> run = runs.singleRun();
    if (run.isPresent()) {
      ReplayPolicyResponse replay = client.replay(run.get(), replayed);
      output.print(out, replay, () -> List.of(sentence(replay)));
      return 0;
    }
    List<RunReplay> replays = client.batchReplay(runs.selection(), replayed).toList();
    output.print(
        out,
        BatchReplayPolicyResponse.newBuilder().addAllReplays(replays).build(),
        () -> RunTables.replays(replays));
    return 0;
  }

  private static String sentence(ReplayPolicyResponse replay) {
    return replay.hasDecision()
        ? "%s; %d of %d epochs saved"
            .formatted(
                RunTables.decision(replay.getDecision()),
                replay.getEpochsSaved(),
                replay.getLastEpoch())
        : "the policy would not have stopped the run within its %d epochs"
            .formatted(replay.getLastEpoch());
  }
}
