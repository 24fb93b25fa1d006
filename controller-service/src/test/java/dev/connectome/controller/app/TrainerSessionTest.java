package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.SessionTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.JoinRequest;
import dev.connectome.protos.trainer.v1.JoinResponse;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.TrainerSessionRequest;
import dev.connectome.protos.trainer.v1.TrainerSessionResponse.MessageCase;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import io.grpc.Status;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A trainer that holds one stream, over real gRPC. */
class TrainerSessionTest {

  private static DataSource database;
  private static ControllerUnderTest controller;

  @BeforeAll
  static void start() throws Exception {
    database = TestDatabase.create();
    controller = ControllerUnderTest.start(database, Map.of());
  }

  @AfterAll
  static void stop() {
    controller.close();
  }

  @Test
  void aStopComesUnaskedAndIsObeyed() throws Exception {
    SessionTrainer trainer = joined("obeys", "i1");

    String command =
        stop("obeys", StopMode.STOP_MODE_END_OF_EPOCH).getStop().getCommand().getCommandId();
    StopCommand pushed = trainer.next().getStop();
    TrainingRun told = controller.get("obeys");
    trainer.report(3);
    assertThat(trainer.next().getReported().getStopCommand().getCommandId()).isEqualTo(command);
    trainer.finish(TrainingEnd.TRAINING_END_STOPPED, pushed.getCommandId());

    assertThat(pushed.getCommandId()).isEqualTo(command);
    assertThat(pushed.getMode()).isEqualTo(StopMode.STOP_MODE_END_OF_EPOCH);
    assertThat(told.getStop().hasDeliverTime()).isTrue();
    assertThat(trainer.next().getMessageCase()).isEqualTo(MessageCase.FINISHED);
    assertThat(trainer.end().getCode()).isEqualTo(Status.Code.OK);
    assertThat(controller.get("obeys").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(controller.get("obeys").getStop().hasAcknowledgeTime()).isTrue();
  }

  @Test
  void aStopThatBecomesMoreUrgentComesAgainAndNoOther() throws Exception {
    SessionTrainer trainer = joined("urgent", "i1");

    stop("urgent", StopMode.STOP_MODE_END_OF_EPOCH);
    StopCommand first = trainer.next().getStop();
    stop("urgent", StopMode.STOP_MODE_END_OF_EPOCH);
    stop("urgent", StopMode.STOP_MODE_IMMEDIATE);
    StopCommand second = trainer.next().getStop();
    trainer.heartbeat(1);

    assertThat(second.getCommandId()).isEqualTo(first.getCommandId());
    assertThat(second.getMode()).isEqualTo(StopMode.STOP_MODE_IMMEDIATE);
    assertThat(trainer.next().getMessageCase()).isEqualTo(MessageCase.REPORTED);
  }

  @Test
  void requestsAreAnsweredInOrderHoweverQuicklyTheyCome() throws Exception {
    SessionTrainer trainer = joined("quick", "i1");

    for (int epoch = 1; epoch <= 40; epoch++) {
      trainer.report(epoch);
    }
    trainer.finish(TrainingEnd.TRAINING_END_COMPLETED, "");
    trainer.report(41);

    for (int epoch = 1; epoch <= 40; epoch++) {
      assertThat(trainer.next().getReported().getEpochs()).isPositive();
    }
    assertThat(trainer.next().getMessageCase()).isEqualTo(MessageCase.FINISHED);
    assertThat(trainer.end().getCode()).isEqualTo(Status.Code.OK);
    TrainingRun run = controller.get("quick");
    assertThat(run.getState()).isEqualTo(RunState.RUN_STATE_COMPLETED);
    assertThat(run.getProgress().getCompletedEpochs()).isEqualTo(40);
  }

  @Test
  void theEndOfAStreamIsNoOrderAndTheNextOneHearsOfTheStop() throws Exception {
    SessionTrainer trainer = joined("again", "i1");
    trainer.hangUp();
    assertThat(trainer.end().getCode()).isEqualTo(Status.Code.OK);
    assertThat(controller.get("again").getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
    stop("again", StopMode.STOP_MODE_GRACEFUL);

    SessionTrainer next = new SessionTrainer(controller.channel()).join("again", "i1");

    assertThat(next.next().getJoined().getAttempt()).isEqualTo(1);
    assertThat(next.next().getStop().getMode()).isEqualTo(StopMode.STOP_MODE_GRACEFUL);
  }

  @Test
  void aTrainerThatWasReplacedIsToldSo() throws Exception {
    SessionTrainer first = joined("replaced", "i1");
    JoinResponse second =
        new SessionTrainer(controller.channel())
            .say(
                TrainerSessionRequest.newBuilder()
                    .setJoin(
                        JoinRequest.newBuilder()
                            .setName("runs/replaced")
                            .setInstanceId("i2")
                            .setReplacesInstanceId("i1")))
            .next()
            .getJoined();

    first.heartbeat(1);

    assertThat(second.getAttempt()).isEqualTo(2);
    assertThat(first.end().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void anotherControllersStopArrivesToo() throws Exception {
    SessionTrainer trainer = joined("elsewhere", "i1");
    try (var other = ControllerUnderTest.start(database, Map.of())) {
      other
          .runs()
          .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/elsewhere").build());

      assertThat(trainer.next().getMessageCase()).isEqualTo(MessageCase.STOP);
    }
  }

  @Test
  void aControllerThatEndsEndsItsStreamsAndNoTraining() throws Exception {
    var other = ControllerUnderTest.start(database, Map.of());
    SessionTrainer trainer = new SessionTrainer(other.channel()).join("survives", "i1");
    trainer.next();

    other.close();

    assertThat(trainer.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(controller.get("survives").getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
    assertThat(
            new SessionTrainer(controller.channel())
                .join("survives", "i1")
                .next()
                .getJoined()
                .getAttempt())
        .isEqualTo(1);
  }

  @Test
  void whoDoesNotJoinFirstOrJoinsTwiceIsRefused() throws Exception {
    for (SessionTrainer trainer :
        new SessionTrainer[] {
          open().report(1),
          open().heartbeat(1),
          open().finish(TrainingEnd.TRAINING_END_COMPLETED, ""),
          open().say(TrainerSessionRequest.newBuilder()),
          joined("twice", "i1").join("twice", "i1"),
          joined("wrong", "i1").report(0)
        }) {
      Status end = trainer.end();
      assertThat(end.getCode()).as(end.toString()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(end.getDescription()).containsAnyOf("join", "message", "epoch");
    }
  }

  private static SessionTrainer open() {
    return new SessionTrainer(controller.channel());
  }

  private static SessionTrainer joined(String run, String instanceId) throws Exception {
    SessionTrainer trainer = open().join(run, instanceId);
    assertThat(trainer.next().getJoined().getAttempt()).isEqualTo(1);
    return trainer;
  }

  private static TrainingRun stop(String run, StopMode mode) {
    return controller
        .runs()
        .stopTrainingRun(
            StopTrainingRunRequest.newBuilder().setName("runs/" + run).setMode(mode).build());
  }
}
