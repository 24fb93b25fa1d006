package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.BatchReplayPolicyResponse;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.RunReplay;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
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
    if (runs.names().size() == 1) {
      RunReplay replay = replay(client, runs.names().get(0), replayed);
      if (output.isWhole()) {
        output.print(out, replay.getReplay(), List.of(replay), RunTables.REPLAYS);
      } else {
        output.print(out, replay, RunTables.REPLAYS, () -> List.of(sentence(replay.getReplay())));
      }
      return 0;
    }
    Each<RunReplay> replays =
        runs.names().isEmpty()
            ? Each.of(client.batchReplay(runs.selection(), replayed).toList(), Function.identity())
            : Each.of(runs.names(), run -> replay(client, run, replayed));
    if (replays.done().isEmpty() && output.isTable()) {
      out.println("no run matches the selection");
    } else {
      output.print(
          out,
          BatchReplayPolicyResponse.newBuilder().addAllReplays(replays.done()).build(),
          replays.done(),
          RunTables.REPLAYS);
    }
    replays.requireAll();
    return 0;
  }

  private static RunReplay replay(ConnectomeClient client, String name, StoppingPolicy policy) {
    TrainingRun run = client.get(name);
    return RunReplay.newBuilder()
        .setName(run.getName())
        .setState(run.getState())
        .setReplay(client.replay(name, policy))
        .build();
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
