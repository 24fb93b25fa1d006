package dev.connectome.controller.api;

import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.run.StopMode;
import dev.connectome.controller.store.RunList;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsRequest;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsResponse;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppedRun;
import dev.connectome.protos.run.v1.TrainingRun;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Stops one run or many. */
final class StopCalls {

  private static final int MAX_RUNS = 1_000;
  private static final Set<RunState> STOPPABLE =
      EnumSet.of(RunState.PENDING, RunState.STARTING, RunState.RUNNING, RunState.LOST);

  private final Store store;
  private final Runs runs;

  StopCalls(Store store, Runs runs) {
    this.store = store;
    this.runs = runs;
  }

  TrainingRun stop(StopTrainingRunRequest request, Actor actor) {
    return runs.stop(
        RunRequests.id("name", request.getName()),
        mode(request.getMode()),
        reason(request.getReason()),
        actor,
        RunCodec::run);
  }

  /**
   * Each stop is a transaction of its own. Requests for too many runs are refused before the first
   * stop, so that the call ends before its deadline.
   */
  BatchStopTrainingRunsResponse stop(BatchStopTrainingRunsRequest request, Actor actor) {
    RunList.Filter asked = RunSelections.narrowFilter(request.getSelection());
    StopMode mode = mode(request.getMode());
    String reason = reason(request.getReason());
    List<RunState> states =
        STOPPABLE.stream()
            .filter(state -> asked.states().isEmpty() || asked.states().contains(state))
            .toList();
    var filter = new RunList.Filter(states, asked.labels(), asked.idPrefix());
    List<RunRow> selected =
        states.isEmpty()
            ? List.of()
            : store.query(
                transaction -> transaction.runList().list(filter, Optional.empty(), MAX_RUNS + 1));
    if (selected.size() > MAX_RUNS) {
      throw ApiErrors.invalid(
          "selection",
          "has more than %d live runs; narrow it by a label, a longer id_prefix or states, and stop them in parts"
              .formatted(MAX_RUNS));
    }
    var response = BatchStopTrainingRunsResponse.newBuilder();
    for (RunRow run : selected) {
      if (run.effectiveState() != RunState.STOPPING) {
        var stopped =
            StoppedRun.newBuilder()
                .setName("runs/" + run.runId())
                .setFromState(RunCodec.state(run.state()));
        stateAfterStop(run, request.getDryRun(), mode, reason, actor)
            .ifPresent(state -> response.addRuns(stopped.setState(RunCodec.state(state))));
      }
    }
    return response.build();
  }

  /** The run's state after the stop; empty if the run was deleted in the meantime. */
  private Optional<RunState> stateAfterStop(
      RunRow run, boolean dryRun, StopMode mode, String reason, Actor actor) {
    if (dryRun) {
      return Optional.of(run.state());
    }
    try {
      return Optional.of(
          runs.stop(run.uid().toString(), mode, reason, actor, (transaction, row) -> row.state()));
    } catch (RunException e) {
      if (e.kind() == RunException.Kind.RUN_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String reason(String asked) {
    return asked.isEmpty() ? "stopped by hand" : asked;
  }

  private static StopMode mode(dev.connectome.protos.trainer.v1.StopMode mode) {
    return switch (mode) {
      case STOP_MODE_IMMEDIATE -> StopMode.IMMEDIATE;
      case STOP_MODE_END_OF_EPOCH -> StopMode.END_OF_EPOCH;
      case STOP_MODE_GRACEFUL, STOP_MODE_UNSPECIFIED, UNRECOGNIZED -> StopMode.GRACEFUL;
    };
  }
}
