package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsRequest;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsResponse;
import dev.connectome.protos.run.v1.StoppedRun;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.StopMode;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome runs stop}. */
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Stops runs; they keep their weights.")
final class StopCommand extends ControllerCommand {
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
  private String reason = "";

  @Option(names = "--dry-run", description = "With --runs: only list the runs it would stop.")
  private boolean dryRun;

  @Option(names = "--wait", description = "Follow the run to its end; not with --runs.")
  private boolean wait;

  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, PrintWriter out) throws InterruptedException {
    int modeNumber = EnumNames.parse("--mode", StopMode.getDescriptor(), mode);
    List<String> names = runs.names();
    if (names.isEmpty()) {
      return stopMany(client, modeNumber, out);
    }
    if (dryRun) {
      throw CommandFailure.badInput("--dry-run is for a selection of runs: give it with --runs");
    }
    if (wait && names.size() > 1) {
      throw CommandFailure.badInput("--wait follows one run: name one");
    }
    StopMode asked = StopMode.forNumber(modeNumber);
    Each<TrainingRun> stopped = Each.of(names, run -> client.stop(run, asked, reason));
    output.print(out, stopped.done(), names.size() == 1);
    stopped.requireAll();
    return wait ? follow(client, names.get(0), out) : 0;
  }

  private int stopMany(ConnectomeClient client, int modeNumber, PrintWriter out) {
    if (wait) {
      throw CommandFailure.badInput("--wait follows one run: give it without --runs");
    }
    List<StoppedRun> stopped =
        client.batchStop(
            BatchStopTrainingRunsRequest.newBuilder()
                .setSelection(runs.selection())
                .setModeValue(modeNumber)
                .setReason(reason)
                .setDryRun(dryRun)
                .build());
    if (stopped.isEmpty() && output.isTable()) {
      out.println("no live run matches the selection");
      return 0;
    }
    output.print(
        out,
        BatchStopTrainingRunsResponse.newBuilder().addAllRuns(stopped).build(),
        stopped,
        RunTables.stopped(dryRun));
    return 0;
  }
}
