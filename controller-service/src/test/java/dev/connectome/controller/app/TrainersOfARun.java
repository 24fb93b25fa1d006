package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.ErrorInfo;
import dev.connectome.controller.fixture.Retries;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.trainer.v1.StopMode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A run of an external trainer, and what tests ask of the controller for it. */
abstract class TrainersOfARun {

  static final Duration TIMEOUT = Duration.ofMinutes(1);
  static final Duration LONG = Duration.ofHours(1);

  ControllerUnderTest controller;
  String uid;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.notStarted(TestDatabase.create(), Map.of());
    uid = controller.createExternal("a", StoppingPolicy.newBuilder()).getUid();
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  SimulatedTrainer trainer() throws IOException {
    return new SimulatedTrainer(controller.channel(), uid);
  }

  void lose(String runUid) throws SQLException {
    controller.setHeartbeatBack(runUid, TIMEOUT.multipliedBy(2));
    check(TIMEOUT, LONG);
  }

  void check(Duration heartbeatTimeout, Duration lostTimeout) {
    check(new Watchdog.Timeouts(LONG, heartbeatTimeout, lostTimeout, LONG));
  }

  void check(Watchdog.Timeouts timeouts) {
    var unused =
        new Watchdog(
                controller.store(),
                new Quarantine(controller.store(), InstantSource.system()),
                attempts(),
                timeouts,
                "here")
            .check();
  }

  Attempts attempts() {
    return new Attempts(controller.store(), Retries.of(2));
  }

  void requestStop() {
    requestStop(StopMode.STOP_MODE_GRACEFUL);
  }

  void requestStop(StopMode mode) {
    stop("a", mode);
  }

  void stop(String runId, StopMode mode) {
    var unused =
        controller
            .runs()
            .stopTrainingRun(
                StopTrainingRunRequest.newBuilder().setName("runs/" + runId).setMode(mode).build());
  }

  void delete(String runId) {
    var unused =
        controller
            .runs()
            .deleteTrainingRun(
                DeleteTrainingRunRequest.newBuilder()
                    .setName("runs/" + runId)
                    .setForce(true)
                    .build());
  }

  RunState state() {
    return controller.get("a").getState();
  }

  static void refused(Status.Code code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
  }

  /** Returns the reason of the refusal. */
  static ErrorInfo refused(Status.Code code, String reason, ThrowingCallable call)
      throws Exception {
    StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call::call);
    assertThat(refusal.getStatus().getCode()).isEqualTo(code);
    ErrorInfo info = StatusProto.fromThrowable(refusal).getDetails(0).unpack(ErrorInfo.class);
    assertThat(info.getReason()).isEqualTo(reason);
    return info;
  }
}
