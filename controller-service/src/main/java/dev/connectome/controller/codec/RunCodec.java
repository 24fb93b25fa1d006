package dev.connectome.controller.codec;

import dev.connectome.controller.store.DecisionRow;
import dev.connectome.controller.store.EventRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.SeriesRangeTable.Range;
import dev.connectome.controller.store.StopRow;
import dev.connectome.controller.store.Transaction;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StageTransition;
import dev.connectome.protos.run.v1.StopPhase;
import dev.connectome.protos.run.v1.StopStatus;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.stopping.TrainingStage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** Runs and their events, as the API returns them. */
public final class RunCodec {

  private RunCodec() {}

  public static TrainingRun run(Transaction transaction, RunRow row) {
    return runs(transaction, List.of(row)).get(0);
  }

  /** Takes as many queries as for one run. */
  public static List<TrainingRun> runs(Transaction transaction, List<RunRow> rows) {
    List<UUID> uids = rows.stream().map(RunRow::uid).toList();
    Map<UUID, List<DecisionRow>> decisions = transaction.history().decisions(uids);
    Map<UUID, StopRow> stops = transaction.stops().latest(uids);
    Map<UUID, Map<String, Range>> ranges = transaction.ranges().of(uids);
    return rows.stream()
        .map(
            row ->
                run(
                    row,
                    decisions.getOrDefault(row.uid(), List.of()),
                    Optional.ofNullable(stops.get(row.uid())),
                    ranges.getOrDefault(row.uid(), Map.of())))
        .toList();
  }

  private static TrainingRun run(
      RunRow row,
      List<DecisionRow> decisions,
      Optional<StopRow> latestStop,
      Map<String, Range> ranges) {
    RunDefinition definition = RunDefinition.of(row.definition());
    TrainingRun.Builder run =
        definition.message().toBuilder()
            .setEtag(definition.etag())
            .setName("runs/" + row.runId())
            .setUid(row.uid().toString())
            .setLauncher(LauncherKind.valueOf("LAUNCHER_KIND_" + row.launcher().name()))
            .setState(state(row.state()))
            .setStateMessage(row.quarantine().isEmpty() ? row.stateMessage() : row.quarantine())
            .setAttempt(row.attempt())
            .setPosition(row.position())
            .setCreateTime(ProtoTimes.timestamp(row.createTime()))
            .setUpdateTime(ProtoTimes.timestamp(row.updateTime()));
    ranges.forEach(
        (series, range) ->
            run.putLowest(series, range.lowest()).putHighest(series, range.highest()));
    row.progress().map(TrainerReports::progress).ifPresent(run::setProgress);
    if (row.outcome().isPresent()) {
      TrainingOutcome outcome = TrainerReports.outcome(row.outcome().get());
      run.setOutcome(outcome);
    }
    // The last heartbeat may be some epochs older than the end.
    if (row.completedEpochs() > run.getProgress().getCompletedEpochs()) {
      run.getProgressBuilder().setCompletedEpochs(row.completedEpochs());
    }
    for (DecisionRow decision : decisions) {
      if (decision.revoked()) {
        run.addRevokedDecisions(DecisionCodec.decision(decision));
      } else if (decision.enforced()) {
        run.setDecision(DecisionCodec.decision(decision));
      } else {
        run.addShadowDecisions(DecisionCodec.decision(decision));
      }
    }
    latestStop.ifPresent(stop -> run.setStop(status(stop)));
    for (TrainingStage.Transition transition : stages(row.stages())) {
      var stage =
          dev.connectome.protos.run.v1.TrainingStage.valueOf(
              "TRAINING_STAGE_" + transition.stage().name());
      run.setStage(stage)
          .addStageTransitions(
              StageTransition.newBuilder().setStage(stage).setEpoch(transition.epoch()));
    }
    row.holds().map(HoldCodec::holds).ifPresent(run::addAllPolicyHolds);
    row.startTime().ifPresent(time -> run.setStartTime(ProtoTimes.timestamp(time)));
    row.endTime().ifPresent(time -> run.setEndTime(ProtoTimes.timestamp(time)));
    return run.build();
  }

  /** The stored form of stages: {@code STAGE:epoch}, separated by commas. */
  public static String stages(List<TrainingStage.Transition> transitions) {
    return transitions.stream()
        .map(transition -> transition.stage() + ":" + transition.epoch())
        .collect(Collectors.joining(","));
  }

  private static List<TrainingStage.Transition> stages(String stored) {
    return stored.isEmpty()
        ? List.of()
        : stored
            .lines()
            .flatMap(line -> java.util.Arrays.stream(line.split(",", -1)))
            .map(entry -> entry.split(":", 2))
            .map(
                pair ->
                    new TrainingStage.Transition(
                        TrainingStage.valueOf(pair[0]), Integer.parseInt(pair[1])))
            .toList();
  }

  public static RunState state(dev.connectome.controller.run.RunState state) {
    return RunState.valueOf("RUN_STATE_" + state.name());
  }

  /** The command as it is delivered now. Nobody terminates the trainer of one that was given up. */
  public static StopCommand command(StopRow stop) {
    var command =
        StopCommand.newBuilder()
            .setCommandId(stop.commandId().toString())
            .setMode(StopMode.valueOf("STOP_MODE_" + stop.mode().name()))
            .setReason(stop.reason());
    if (stop.phase() != dev.connectome.controller.run.StopPhase.GIVEN_UP) {
      command
          .setDeadline(ProtoTimes.timestamp(stop.deadline()))
          .setTimeLeft(ProtoTimes.duration(stop.timeLeft()));
    }
    stop.restoreEpoch().ifPresent(command::setRestoreEpoch);
    return command.build();
  }

  private static StopStatus status(StopRow stop) {
    StopCommand.Builder command = command(stop).toBuilder().clearTimeLeft();
    if (stop.deliverTime().isEmpty()) {
      command.clearDeadline();
    }
    var status =
        StopStatus.newBuilder()
            .setCommand(command)
            .setPhase(StopPhase.valueOf("STOP_PHASE_" + stop.phase().name()))
            .setPushAttempts(stop.pushAttempts())
            .setLastError(stop.lastError());
    stop.deliverTime().ifPresent(time -> status.setDeliverTime(ProtoTimes.timestamp(time)));
    stop.acknowledgeTime().ifPresent(time -> status.setAcknowledgeTime(ProtoTimes.timestamp(time)));
    stop.finishTime().ifPresent(time -> status.setFinishTime(ProtoTimes.timestamp(time)));
    return status.build();
  }

  public static RunEvent event(EventRow event) {
    return RunEvent.newBuilder()
        .setPosition(event.position())
        .setEventTime(ProtoTimes.timestamp(event.eventTime()))
        .setKind(event.kind())
        .setActor(event.actor())
        .setMessage(event.message())
        .setState(RunState.valueOf("RUN_STATE_" + event.state()))
        .setAttempt(event.attempt())
        .build();
  }
}
