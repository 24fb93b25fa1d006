package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsRequest;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsResponse;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.StopMode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome runs stop}. */
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Orders a stop of one run, or of many; they keep their weights.")
final class StopCommand extends ControllerCommand {
  private static final Map<String, StopMode> MODES =
      Map.of(
          "graceful", StopMode.STOP_MODE_GRACEFUL,
          "immediate", StopMode.STOP_MODE_IMMEDIATE,
          "end-of-epoch", StopMode.STOP_MODE_END_OF_EPOCH);

  @Mixin private RunSelectionOptions runs;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "graceful",
      description = {
        "graceful: after the mini-batch, with a checkpoint;",
        "immediate: at once;",
        "end-of-epoch: after the epoch, with a checkpoint. Default: ${DEFAULT-VALUE}"
      })
  private String mode;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
  private @Nullable String reason;

  @Option(names = "--dry-run", description = "With --runs: only tell which runs would be stopped.")
  private boolean dryRun;

  @Option(names = "--wait", description = "Follow the run to its end; not with --runs.")
  private boolean wait;

  @Mixin private OutputOption output;

  @SuppressWarnings("NullAway.Init")
  StopCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) throws InterruptedException {
    StopMode chosen = MODES.get(mode.toLowerCase(Locale.ROOT));
    if (chosen == null) {
      throw CommandFailure.badInput(
          "--mode is '" + mode + "': it must be graceful, immediate or end-of-epoch");
    }
    Optional<String> run = runs.one();
    if (run.isEmpty()) {
      return stopMany(connection, chosen, out);
    }
    if (dryRun) {
      throw CommandFailure.badInput("--dry-run is for a selection of runs: give it with --runs");
    }
    TrainingRun stopped =
        connection
            .calls()
            .stopTrainingRun(
                StopTrainingRunRequest.newBuilder()
                    .setName(RunNames.resource(run.get()))
                    .setMode(chosen)
                    .setReason(reason == null ? "" : reason)
                    .build());
    output.print(out, stopped, () -> RunTables.run(stopped));
    return wait ? follow(connection, stopped.getName(), out) : 0;
  }

  private int stopMany(ConnectomeClient connection, StopMode chosen, PrintWriter out) {
    if (wait) {
      throw CommandFailure.badInput("--wait follows one run: give it without --runs");
    }
    BatchStopTrainingRunsResponse stopped =
        connection
            .calls()
            .batchStopTrainingRuns(
                BatchStopTrainingRunsRequest.newBuilder()
                    .setSelection(runs.selection())
                    .setMode(chosen)
                    .setReason(reason == null ? "" : reason)
                    .setDryRun(dryRun)
                    .build());
    output.print(out, stopped, () -> RunTables.stopped(stopped, dryRun));
    return 0;
  }
}
