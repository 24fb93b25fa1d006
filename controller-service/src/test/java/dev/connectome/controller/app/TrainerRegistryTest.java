package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.Durations;
import com.google.rpc.ErrorInfo;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.fixture.Retries;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Decisions;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.lifecycle.StopGrace;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopPhase;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.RetrySpec;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.StopSpec;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may train a run, and what becomes of it when trainers come and go. */
class TrainerRegistryTest {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final Duration LONG = Duration.ofHours(1);

  private ControllerUnderTest controller;
  private String uid;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.notStarted(TestDatabase.create(), Map.of());
    uid = controller.createExternal("a", StoppingPolicy.newBuilder()).getUid();
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void theSameInstanceIsTheSameAttempt() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      RegisterTrainerResponse first = trainer.register();
      RegisterTrainerResponse again = trainer.register();

      assertThat(first.getAttempt()).isEqualTo(1);
      assertThat(first.getResume()).isFalse();
      assertThat(first.getSpec().getEpochs()).isEqualTo(100);
      assertThat(again.getAttempt()).isEqualTo(1);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);
    }
  }

  @Test
  void aRunThatIsHeldTakesNoOtherTrainer() throws Exception {
    try (SimulatedTrainer holder = trainer();
        SimulatedTrainer other = trainer()) {
      holder.register();

      refused(Status.Code.FAILED_PRECONDITION, other::register);
      holder.heartbeat(1);
    }
  }

  @Test
  void aRunThatDoesNotExistTakesNone() throws Exception {
    try (var trainer = new SimulatedTrainer(controller.channel(), UUID.randomUUID().toString())) {
      refused(Status.Code.NOT_FOUND, "RUN_NOT_FOUND", trainer::register);
    }
  }

  @Test
  void theTrainerOfADeletedRunIsToldSoAndOneOfARunThatIsMerelyNotHereIsNot() throws Exception {
    try (SimulatedTrainer trainer = trainer();
        var stranger = new SimulatedTrainer(controller.channel(), UUID.randomUUID().toString())) {
      trainer.register();
      delete("a");

      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> trainer.heartbeat(1),
              trainer::register,
              () -> trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 1))) {
        ErrorInfo deleted = refused(Status.Code.NOT_FOUND, "RUN_DELETED", call);
        assertThat(Instant.parse(deleted.getMetadataOrThrow("delete_time")))
            .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
      }
      refused(Status.Code.NOT_FOUND, "RUN_NOT_FOUND", () -> stranger.heartbeat(1));
    }
  }

  @Test
  void anAttemptThatTheDatabaseDoesNotKnowYetIsNotToldToEnd() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      refused(Status.Code.FAILED_PRECONDITION, "ATTEMPT_UNKNOWN", () -> trainer.heartbeatAs(2, 1));
    }
  }

  @Test
  void aTrainerThatWasGivenUpIsStillAnsweredWithItsCommandAndItsOutcomeKept() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      requestStop();
      attempts().giveUp(UUID.fromString(uid), 1);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPED);
      assertThat(controller.get("a").getStop().getPhase()).isEqualTo(StopPhase.STOP_PHASE_GIVEN_UP);

      assertThat(trainer.register().getAttempt()).isEqualTo(1);
      StopCommand command = trainer.heartbeat(4);

      assertThat(command.getCommandId()).isNotEmpty();
      assertThat(command.hasTimeLeft()).isFalse();
      assertThat(command.hasDeadline()).isFalse();
      trainer.report(
          TrainingOutcome.newBuilder()
              .setEnd(TrainingEnd.TRAINING_END_STOPPED)
              .setStopCommandId(command.getCommandId())
              .setCheckpointUri("file:/checkpoints/4"));
      assertThat(controller.get("a").getOutcome().getCheckpointUri())
          .isEqualTo("file:/checkpoints/4");
      assertThat(controller.get("a").getStop().hasAcknowledgeTime()).isTrue();
    }
  }

  @Test
  void aStopHasItsTimeFromTheHeartbeatThatBringsItAndItsModeCanOnlyGetMoreUrgent()
      throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      requestStop(StopMode.STOP_MODE_END_OF_EPOCH);
      assertThat(controller.get("a").getStop().hasDeliverTime()).isFalse();

      assertThat(trainer.heartbeat(1).getTimeLeft().getSeconds())
          .isGreaterThan(Duration.ofHours(23).toSeconds());
      assertThat(controller.get("a").getStop().hasDeliverTime()).isTrue();

      requestStop(StopMode.STOP_MODE_GRACEFUL);
      requestStop(StopMode.STOP_MODE_END_OF_EPOCH);
      assertThat(controller.get("a").getStop().hasDeliverTime()).isFalse();
      StopCommand graceful = trainer.heartbeat(1);
      assertThat(graceful.getMode()).isEqualTo(StopMode.STOP_MODE_GRACEFUL);
      assertThat(graceful.getTimeLeft().getSeconds()).isBetween(50L, 60L);
      assertThat(controller.eventKinds("a")).containsOnlyOnce("STOP_UPGRADED");
    }
  }

  @Test
  void aRunSaysItselfHowLongItsStopMayTakeAndHowOftenItIsTriedAgain() throws Exception {
    TrainingSpec spec =
        TrainingSpec.newBuilder()
            .setStop(StopSpec.newBuilder().setGraceful(Durations.fromHours(2)))
            .setRetry(RetrySpec.newBuilder().setMaxFailures(1).setMaxInterruptions(2))
            .build();
    String own =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId("own")
                    .setTrainingRun(
                        TrainingRun.newBuilder()
                            .setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL)
                            .setSpec(spec))
                    .build())
            .getUid();
    try (var first = new SimulatedTrainer(controller.channel(), own);
        var second = new SimulatedTrainer(controller.channel(), own)) {
      first.register();
      first.report(TrainingEnd.TRAINING_END_INTERRUPTED, 0);
      second.register();
      stop("own", StopMode.STOP_MODE_GRACEFUL);

      assertThat(second.heartbeat(0).getTimeLeft().getSeconds())
          .isGreaterThan(Duration.ofMinutes(119).toSeconds());
      second.report(TrainingEnd.TRAINING_END_STOPPED, 0);
    }
  }

  @Test
  void aSilentRunIsLostAndReturnsToWhereItWas() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      lose(uid);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);

      trainer.heartbeat(1);

      assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);
      assertThat(controller.get("a").getProgress().getCompletedEpochs()).isEqualTo(1);
    }
  }

  @Test
  void aStoppingRunThatWasLostReturnsToStoppingAndGetsItsStopCommand() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      requestStop();
      lose(uid);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_LOST);

      assertThat(trainer.heartbeat(1).getCommandId()).isNotEmpty();

      assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPING);
    }
  }

  @Test
  void aLostRunIsStillStopped() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      lose(uid);
      requestStop();

      assertThat(trainer.heartbeat(1).getCommandId()).isNotEmpty();
    }
  }

  @Test
  void aHeartbeatKeepsARunFromBeingLost() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      trainer.heartbeat(1);
      check(LONG, LONG);

      assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);
    }
  }

  @Test
  void launchersThatRunAtTheSameTimeStartNoMoreThanThereIsRoomFor() throws Exception {
    for (int i = 0; i < 24; i++) {
      createLocal("local-" + i);
    }
    var barrier = new CyclicBarrier(4);
    ExecutorService launchers = Executors.newFixedThreadPool(4);
    try {
      List<Future<Integer>> begun = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        begun.add(
            launchers.submit(
                () -> {
                  var unused = barrier.await();
                  int count = 0;
                  while (new LaunchQueue(
                          controller.store(),
                          new Quarantine(controller.store(), InstantSource.system()))
                      .next(LauncherType.LOCAL, 7, Optional.empty())
                      .isPresent()) {
                    count++;
                  }
                  return count;
                }));
      }
      int all = 0;
      for (Future<Integer> one : begun) {
        all += one.get();
      }
      assertThat(all).isEqualTo(7);
    } finally {
      launchers.shutdownNow();
    }
  }

  private String createLocal(String runId) {
    return new Runs(controller.store(), new Decisions(new StopGrace(LONG, LONG)))
        .create(
            runId,
            Optional.empty(),
            LauncherType.LOCAL,
            RunDefinition.of(
                controller
                    .store()
                    .inTransaction(tx -> tx.runs().byName("a"))
                    .orElseThrow()
                    .definition()),
            "test",
            (transaction, run) -> run.uid().toString());
  }

  @Test
  void aTrainerThatDoesNotRegisterInTimeHasFailedAndComesTooLate() throws Exception {
    String local = createLocal("local");
    LaunchQueue.Launch launch =
        new LaunchQueue(
                controller.store(), new Quarantine(controller.store(), InstantSource.system()))
            .next(LauncherType.LOCAL, 1, Optional.empty())
            .orElseThrow();
    controller.setHeartbeatBack(local, TIMEOUT.multipliedBy(2));
    check(new Watchdog.Timeouts(LONG, TIMEOUT, TIMEOUT, LONG));
    assertThat(controller.get("local").getState()).isEqualTo(RunState.RUN_STATE_STARTING);

    check(new Watchdog.Timeouts(TIMEOUT, LONG, LONG, LONG));

    assertThat(controller.get("local").getState()).isEqualTo(RunState.RUN_STATE_PENDING);
    try (var late = new SimulatedTrainer(controller.channel(), local, launch.instanceId())) {
      refused(Status.Code.FAILED_PRECONDITION, late::register);
    }
  }

  @Test
  void anotherTrainerTakesOverALostRunAndTheFirstMustEnd() throws Exception {
    try (SimulatedTrainer first = trainer();
        SimulatedTrainer second = trainer()) {
      first.register();
      lose(uid);

      RegisterTrainerResponse taken = second.register();

      assertThat(taken.getAttempt()).isEqualTo(2);
      assertThat(taken.getResume()).isTrue();
      refused(Status.Code.FAILED_PRECONDITION, "SUPERSEDED", () -> first.heartbeat(3));
      refused(Status.Code.FAILED_PRECONDITION, "SUPERSEDED", first::register);
      first.report(TrainingEnd.TRAINING_END_COMPLETED, 100);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_RUNNING);
      second.heartbeat(1);
    }
  }

  @Test
  void anExternalRunThatIsLostForTooLongFails() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      lose(uid);
      controller.setHeartbeatBack(uid, TIMEOUT.multipliedBy(4));
      check(TIMEOUT, TIMEOUT);

      assertThat(state()).isEqualTo(RunState.RUN_STATE_FAILED);
      refused(Status.Code.FAILED_PRECONDITION, "RUN_ENDED", () -> trainer.heartbeat(1));
    }
  }

  @Test
  void anInterruptedRunWaitsForAnotherAttempt() throws Exception {
    try (SimulatedTrainer first = trainer();
        SimulatedTrainer second = trainer()) {
      first.register();
      first.report(TrainingEnd.TRAINING_END_INTERRUPTED, 7);
      assertThat(state()).isEqualTo(RunState.RUN_STATE_PENDING);

      assertThat(second.register().getAttempt()).isEqualTo(2);
    }
  }

  @Test
  void aPermanentFailureEndsTheRunWithItsReason() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      trainer.report(
          TrainingOutcome.newBuilder()
              .setEnd(TrainingEnd.TRAINING_END_FAILED)
              .setPermanent(true)
              .setFailureMessage("there is no folder /data"));

      assertThat(state()).isEqualTo(RunState.RUN_STATE_FAILED);
      assertThat(controller.get("a").getStateMessage()).isEqualTo("there is no folder /data");
    }
  }

  @Test
  void progressBetweenFailuresForgivesThem() throws Exception {
    for (int attempt = 1; attempt <= 5; attempt++) {
      try (SimulatedTrainer trainer = trainer()) {
        trainer.register();
        trainer.heartbeat(attempt);
        trainer.report(TrainingEnd.TRAINING_END_FAILED, attempt);
        assertThat(state()).isEqualTo(RunState.RUN_STATE_PENDING);
      }
    }
    for (int attempt = 1; attempt <= 2; attempt++) {
      try (SimulatedTrainer trainer = trainer()) {
        trainer.register();
        trainer.report(TrainingEnd.TRAINING_END_FAILED, 5);
      }
    }
    assertThat(state()).isEqualTo(RunState.RUN_STATE_FAILED);
  }

  @Test
  void failuresAfterTheSameEpochsAreFailuresInARow() throws Exception {
    for (int attempt = 1; attempt <= 2; attempt++) {
      try (SimulatedTrainer trainer = trainer()) {
        trainer.register();
        trainer.heartbeat(0);
        trainer.heartbeat(1);
        trainer.heartbeat(2);
        trainer.report(TrainingEnd.TRAINING_END_FAILED, 2);
      }
    }
    assertThat(state()).isEqualTo(RunState.RUN_STATE_PENDING);

    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      trainer.report(TrainingEnd.TRAINING_END_FAILED, 2);
    }
    assertThat(state()).isEqualTo(RunState.RUN_STATE_FAILED);
  }

  @Test
  void lastWordsThatNoDatabaseTakesAreTaken() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      trainer.report(
          TrainingOutcome.newBuilder()
              .setEnd(TrainingEnd.TRAINING_END_FAILED)
              .setPermanent(true)
              .setFailureMessage("core dumped \0\0"));

      assertThat(state()).isEqualTo(RunState.RUN_STATE_FAILED);
      assertThat(controller.get("a").getStateMessage()).startsWith("core dumped");
    }
  }

  @Test
  void theOutcomeOfATrainerThatWasGivenUpIsKept() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      requestStop();
      attempts()
          .end(
              UUID.fromString(uid),
              1,
              new AttemptEnd.Gone("it does not answer"),
              Optional.empty(),
              "controller");
      String message = controller.get("a").getStateMessage();

      trainer.report(
          TrainingOutcome.newBuilder()
              .setEnd(TrainingEnd.TRAINING_END_COMPLETED)
              .setCheckpointUri("file:/checkpoints/7"));

      assertThat(state()).isEqualTo(RunState.RUN_STATE_STOPPED);
      assertThat(controller.get("a").getStateMessage()).isEqualTo(message);
      assertThat(controller.get("a").getOutcome().getCheckpointUri())
          .isEqualTo("file:/checkpoints/7");
      assertThat(controller.eventKinds("a")).containsOnlyOnce("OUTCOME_LATE");
    }
  }

  @Test
  void anOutcomeIsTakenOnce() throws Exception {
    try (SimulatedTrainer trainer = trainer()) {
      trainer.register();
      trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 100);
      long position = controller.get("a").getPosition();

      trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 100);
      trainer.report(TrainingEnd.TRAINING_END_FAILED, 100);

      assertThat(state()).isEqualTo(RunState.RUN_STATE_COMPLETED);
      assertThat(controller.get("a").getPosition()).isEqualTo(position);
    }
  }

  private SimulatedTrainer trainer() throws IOException {
    return new SimulatedTrainer(controller.channel(), uid);
  }

  private void lose(String runUid) throws SQLException {
    controller.setHeartbeatBack(runUid, TIMEOUT.multipliedBy(2));
    check(TIMEOUT, LONG);
  }

  private void check(Duration heartbeatTimeout, Duration lostTimeout) {
    check(new Watchdog.Timeouts(LONG, heartbeatTimeout, lostTimeout, LONG));
  }

  private void check(Watchdog.Timeouts timeouts) {
    var unused =
        new Watchdog(
                controller.store(),
                new Quarantine(controller.store(), InstantSource.system()),
                attempts(),
                timeouts,
                "here")
            .check();
  }

  private Attempts attempts() {
    return new Attempts(controller.store(), Retries.of(2));
  }

  private void requestStop() {
    requestStop(StopMode.STOP_MODE_GRACEFUL);
  }

  private void requestStop(StopMode mode) {
    stop("a", mode);
  }

  private void stop(String runId, StopMode mode) {
    var unused =
        controller
            .runs()
            .stopTrainingRun(
                StopTrainingRunRequest.newBuilder().setName("runs/" + runId).setMode(mode).build());
  }

  private void delete(String runId) {
    var unused =
        controller
            .runs()
            .deleteTrainingRun(
                DeleteTrainingRunRequest.newBuilder()
                    .setName("runs/" + runId)
                    .setForce(true)
                    .build());
  }

  private RunState state() {
    return controller.get("a").getState();
  }

  private static void refused(Status.Code code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }

  /** Returns the reason of the refusal. */
  private static ErrorInfo refused(Status.Code code, String reason, ThrowingCallable call)
      throws Exception {
    StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call::call);
    assertThat(refusal.getStatus().getCode()).isEqualTo(code);
    ErrorInfo info = StatusProto.fromThrowable(refusal).getDetails(0).unpack(ErrorInfo.class);
    assertThat(info.getReason()).isEqualTo(reason);
    return info;
  }
}
