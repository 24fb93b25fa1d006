package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.run.StopMode;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopPhase;
import dev.connectome.protos.run.v1.StopStatus;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.trainer.v1.StopTrainingResponse;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a trainer acknowledged its stop is known, in whatever order its messages arrive. */
class AcknowledgementsTest {

  private static final String NOWHERE = "127.0.0.1:1";

  private final BlockingQueue<StreamObserver<StopTrainingResponse>> unanswered =
      new LinkedBlockingQueue<>();
  private ControllerUnderTest controller;
  private SimulatedTrainer trainer;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.start(TestDatabase.create(), Map.of());
    String uid = controller.createExternal("a", StoppingPolicy.newBuilder()).getUid();
    trainer = new SimulatedTrainer(controller.channel(), uid).answering(unanswered::add);
  }

  @AfterEach
  void stop() {
    trainer.close();
    controller.close();
  }

  @Test
  void anOrderTakenFromAHeartbeatIsAcknowledgedByTheOutcomeThatNamesIt() {
    trainer.registerAt(NOWHERE);
    requestStop();
    String command = trainer.heartbeat(3).getCommandId();
    assertThat(stopStatus().hasAcknowledgeTime()).isFalse();

    report(command);

    assertThat(stopStatus().hasAcknowledgeTime()).isTrue();
    assertThat(stopStatus().getPhase()).isEqualTo(StopPhase.STOP_PHASE_DONE);
    assertThat(controller.eventKinds("a")).containsOnlyOnce("STOP_ACKNOWLEDGED");
  }

  @Test
  void anOutcomeThatNamesAnotherCommandAcknowledgesNothing() {
    trainer.registerAt(NOWHERE);
    requestStop();

    report("3f0c7a52-54a5-4b8e-8a3b-0f3f5a3f9f10");

    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(stopStatus().hasAcknowledgeTime()).isFalse();
    assertThat(controller.eventKinds("a")).doesNotContain("STOP_ACKNOWLEDGED");
  }

  @Test
  void anAnswerThatArrivesBehindTheOutcomeAcknowledgesNothingAgain() {
    trainer.registerAt(NOWHERE);
    requestStop();
    String command = trainer.heartbeat(3).getCommandId();
    report(command);
    StopStatus atTheEnd = stopStatus();

    boolean first =
        controller
            .store()
            .inTransaction(
                transaction ->
                    transaction.stops().acknowledge(UUID.fromString(command), StopMode.GRACEFUL));

    assertThat(first).isFalse();
    assertThat(stopStatus()).isEqualTo(atTheEnd);
  }

  @Test
  void anAnswerThatArrivesBehindAnOutcomeThatNamesNoCommandIsStored() throws Exception {
    trainer.register();
    requestStop();
    StreamObserver<StopTrainingResponse> push = push();
    report("");
    assertThat(stopStatus().hasAcknowledgeTime()).isFalse();

    SimulatedTrainer.accept(push);

    await().until(() -> stopStatus().hasAcknowledgeTime());
    assertThat(stopStatus().getPhase()).isEqualTo(StopPhase.STOP_PHASE_DONE);
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(controller.eventKinds("a")).containsOnlyOnce("STOP_ACKNOWLEDGED");
  }

  private void requestStop() {
    var unused =
        controller
            .runs()
            .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/a").build());
  }

  private StreamObserver<StopTrainingResponse> push() throws InterruptedException {
    StreamObserver<StopTrainingResponse> push = unanswered.poll(20, TimeUnit.SECONDS);
    assertThat(push).as("pushed stop command").isNotNull();
    return push;
  }

  private void report(String command) {
    trainer.report(
        TrainingOutcome.newBuilder()
            .setEnd(TrainingEnd.TRAINING_END_STOPPED)
            .setFinalEpoch(3)
            .setStopCommandId(command));
  }

  private StopStatus stopStatus() {
    return controller.get("a").getStop();
  }
}
