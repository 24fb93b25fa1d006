package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.FailingDataSource;
import dev.connectome.controller.fixture.SignatureTopic;
import dev.connectome.controller.fixture.Signatures;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DecisionReason;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.ListSignaturesRequest;
import dev.connectome.protos.run.v1.PatienceRule;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopPhase;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.WatchTrainingRunRequest;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * From signatures on a real broker to stop commands at a trainer, over a real database and real
 * gRPC.
 */
class StopByPolicyTest {

  private static final String NOWHERE = "127.0.0.1:1";

  private final FailingDataSource database = new FailingDataSource(TestDatabase.create());
  private SignatureTopic topic;
  private ControllerUnderTest controller;
  private SimulatedTrainer trainer;
  private String uid;

  @BeforeEach
  void start() throws Exception {
    topic = new SignatureTopic(TestBroker.shared().bootstrapServers());
    controller = startController();
    uid = controller.createExternal("a", plateau()).getUid();
    trainer = new SimulatedTrainer(controller.channel(), uid);
  }

  @AfterEach
  void stop() {
    database.setAway(false);
    trainer.close();
    controller.close();
    topic.close();
  }

  @Test
  void aRunWhoseSeriesHasSettledIsStoppedAndEndsStopped() throws Exception {
    topic.create();
    trainer.register();
    publish(1, 0);
    publish(2, 10);
    publish(3, 0.5);
    publish(4, 0.5);
    publish(5, 0.5);

    await().until(() -> !trainer.stopRequests().isEmpty());
    awaitPhase(StopPhase.STOP_PHASE_ACKNOWLEDGED);
    TrainingRun stopping = controller.get("a");
    assertThat(stopping.getState()).isEqualTo(RunState.RUN_STATE_STOPPING);
    assertThat(stopping.getDecision().getRule()).isEqualTo("plateau");
    assertThat(stopping.getDecision().getStopEpoch()).isEqualTo(5);
    assertThat(stopping.getDecision().getReason())
        .isEqualTo(DecisionReason.DECISION_REASON_PLATEAU_REACHED);
    assertThat(stopping.getDecision().getEvidenceList()).isNotEmpty();

    StopCommand command = trainer.stopRequests().get(0).getCommand();
    trainer.report(
        TrainingOutcome.newBuilder()
            .setEnd(TrainingEnd.TRAINING_END_STOPPED)
            .setFinalEpoch(6)
            .setStopCommandId(command.getCommandId())
            .putMetrics("testAccuracy", 0.9));

    TrainingRun stopped = controller.get("a");
    assertThat(stopped.getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(stopped.getStop().getPhase()).isEqualTo(StopPhase.STOP_PHASE_DONE);
    assertThat(stopped.getOutcome().getMetricsMap()).containsEntry("testAccuracy", 0.9);
    assertThat(stopped.getStageTransitionsList()).isNotEmpty();
    assertThat(stopped.hasEndTime()).isTrue();
    assertThat(trainer.stopRequests()).hasSize(1);
    assertThat(controller.eventKinds("a"))
        .containsSubsequence("CREATED", "DECIDED", "STOP_ACKNOWLEDGED", "STATE_CHANGED")
        .doesNotContain("SERIES_MISSING");
  }

  @Test
  void whatIsTwiceMalformedUnknownOrMissingStopsNothing() throws Exception {
    topic.create();
    trainer.register();
    topic.publish("nonsense", "no signature".getBytes(StandardCharsets.UTF_8));
    topic.publish(Signatures.of(UUID.randomUUID().toString(), 1, 1, 0));
    topic.publish(Signatures.of(uid, 7, 1, 0));
    publish(1, 0);
    publish(2, 10);
    publish(3, 0.5);
    publish(3, 0.5);
    publish(3, 0.5);
    publish(5, 0.5);

    awaitEpochs(1, 2, 3, 5);
    TrainingRun run = controller.get("a");
    assertThat(run.getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
    assertThat(run.hasDecision()).isFalse();
  }

  @Test
  void aPointThatComesLateIsStoredAndReopensNoDecision() throws Exception {
    topic.create();
    trainer.register();
    publish(1, 0);
    publish(2, 10);
    publish(3, 0.5);
    publish(5, 0.5);
    awaitEpochs(1, 2, 3, 5);

    publish(4, 0.5);
    awaitEpochs(1, 2, 3, 4, 5);
    assertThat(controller.get("a").hasDecision()).isFalse();

    publish(6, 0.5);
    await().until(() -> controller.get("a").hasDecision());
    assertThat(controller.get("a").getDecision().getStopEpoch()).isEqualTo(6);
    assertThat(stored().stream().filter(SignatureRecord::getLate).map(SignatureRecord::getEpoch))
        .containsExactly(4);
  }

  @Test
  void aPointThatComesAfterTheDecisionChangesNothingOfIt() throws Exception {
    topic.create();
    trainer.register();
    publish(1, 0);
    publish(2, 10);
    publish(4, 0.5);
    publish(5, 0.5);
    publish(6, 0.5);
    await().until(() -> controller.get("a").hasDecision());
    TrainingRun decided = controller.get("a");

    publish(3, 20);
    awaitEpochs(1, 2, 3, 4, 5, 6);

    TrainingRun now = controller.get("a");
    assertThat(now.getDecision()).isEqualTo(decided.getDecision());
    assertThat(now.getRevokedDecisionsList()).isEmpty();
    assertThat(controller.eventKinds("a")).containsOnlyOnce("DECIDED");
    trainer.report(TrainingEnd.TRAINING_END_STOPPED, 7);
    assertThat(watchedLate()).containsExactly(3);
  }

  @Test
  void thatTheSeriesOfAPolicyNeverBeganIsToldOnce() throws Exception {
    topic.create();
    var policy =
        StoppingPolicy.newBuilder()
            .setMonitor("loss")
            .setPatience(PatienceRule.getDefaultInstance());
    uid = controller.createExternal("b", policy).getUid();
    try (var other = new SimulatedTrainer(controller.channel(), uid)) {
      other.register();
      for (int epoch = 1; epoch <= 5; epoch++) {
        publish(epoch, 10);
      }
      await().until(() -> stored("b").size() == 5);
    }

    assertThat(controller.get("b").hasDecision()).isFalse();
    assertThat(controller.eventKinds("b")).containsOnlyOnce("SERIES_MISSING");
  }

  @Test
  void aRunWhoseLossStaysNotANumberIsStoppedAndHasFailed() throws Exception {
    topic.create();
    trainer.register();
    publish(1, 0);
    for (int epoch = 2; epoch <= 3; epoch++) {
      topic.publish(
          Signatures.of(uid, 1, epoch, 10).toBuilder().putMetrics("trainLoss", Double.NaN).build());
    }
    await().until(() -> !trainer.stopRequests().isEmpty());

    assertThat(controller.get("a").getDecision().getReason())
        .isEqualTo(DecisionReason.DECISION_REASON_NOT_FINITE);
    trainer.report(TrainingEnd.TRAINING_END_STOPPED, 3);

    TrainingRun failed = controller.get("a");
    assertThat(failed.getState()).isEqualTo(RunState.RUN_STATE_FAILED);
    assertThat(failed.getStateMessage()).startsWith("trainLoss is NaN at epoch 3");
  }

  @Test
  void noPolicyStopsARunInItsWarmUp() throws Exception {
    topic.create();
    var run = TrainingRun.newBuilder().setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL);
    run.setPolicy(plateau());
    run.getSpecBuilder().getOptimizerBuilder().getScheduleBuilder().setWarmUpEpochs(6);
    uid =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId("b")
                    .setTrainingRun(run)
                    .build())
            .getUid();
    try (var other = new SimulatedTrainer(controller.channel(), uid)) {
      other.register();
      settle();
      publish(6, 0.5);
      await().until(() -> stored("b").size() == 6);
      assertThat(controller.get("b").hasDecision()).isFalse();

      publish(7, 0.5);
      await().until(() -> controller.get("b").hasDecision());
    }

    assertThat(controller.get("b").getDecision().getStopEpoch()).isEqualTo(7);
  }

  @Test
  void aTrainerThatCannotBeReachedLearnsOfTheStopFromItsHeartbeat() throws Exception {
    topic.create();
    trainer.registerAt(NOWHERE);
    settle();
    await().until(() -> !controller.get("a").getStop().getLastError().isEmpty());

    StopCommand command = trainer.heartbeat(5);

    assertThat(command.getCommandId())
        .isEqualTo(controller.get("a").getStop().getCommand().getCommandId())
        .isNotEmpty();
    trainer.report(TrainingEnd.TRAINING_END_STOPPED, 5);
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
  }

  @Test
  void aControllerThatStartsAnewCarriesOutTheDecisionOfTheOneBefore() throws Exception {
    topic.create();
    trainer.registerAt(NOWHERE);
    settle();
    await().until(() -> controller.get("a").hasDecision());
    String commandId = controller.get("a").getStop().getCommand().getCommandId();
    controller.close();
    trainer.close();

    controller = startController();
    trainer = trainer.movedTo(controller.channel());
    assertThat(trainer.register().getAttempt()).isEqualTo(1);

    await().until(() -> !trainer.stopRequests().isEmpty());
    assertThat(trainer.stopRequests().get(0).getCommand().getCommandId()).isEqualTo(commandId);
    trainer.report(TrainingEnd.TRAINING_END_STOPPED, 5);
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(controller.eventKinds("a")).containsOnlyOnce("DECIDED");
  }

  @Test
  void aRunThatEndsByItselfMakesTheDecisionMoot() throws Exception {
    topic.create();
    trainer.registerAt(NOWHERE);
    settle();
    await().until(() -> controller.get("a").hasDecision());

    trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 100);

    TrainingRun run = controller.get("a");
    assertThat(run.getState()).isEqualTo(RunState.RUN_STATE_COMPLETED);
    assertThat(run.getStop().getPhase()).isEqualTo(StopPhase.STOP_PHASE_MOOT);
  }

  @Test
  void signaturesAreReadOnceTheTopicAppears() throws Exception {
    trainer.register();
    topic.create();
    publish(1, 0);

    awaitEpochs(1);
  }

  @Test
  void signaturesThatComeWhileTheDatabaseIsAwayAreStoredWhenItIsBack() throws Exception {
    topic.create();
    trainer.register();
    publish(1, 0);
    awaitEpochs(1);

    database.setAway(true);
    publish(2, 10);
    publish(3, 9);
    await().until(() -> database.refusedThreads().contains("signature-consumer"));
    database.setAway(false);

    awaitEpochs(1, 2, 3);
  }

  private ControllerUnderTest startController() throws Exception {
    return ControllerUnderTest.start(
        database,
        Map.of(
            "connectome.kafka.bootstrap-servers",
            TestBroker.shared().bootstrapServers(),
            "connectome.kafka.topic-prefix",
            topic.prefix(),
            "connectome.kafka.group-id",
            topic.prefix()));
  }

  private static StoppingPolicy.Builder plateau() {
    return StoppingPolicy.newBuilder()
        .setPlateau(PlateauRule.newBuilder().setFraction(0.1).setConfirm(3));
  }

  private void publish(int epoch, double deathDistance) throws Exception {
    topic.publish(Signatures.of(uid, 1, epoch, deathDistance));
  }

  /** A series that the plateau rule stops at epoch 5. */
  private void settle() throws Exception {
    publish(1, 0);
    publish(2, 10);
    publish(3, 0.5);
    publish(4, 0.5);
    publish(5, 0.5);
  }

  private void awaitEpochs(Integer... epochs) {
    await().untilAsserted(() -> assertThat(storedEpochs()).containsExactly(epochs));
  }

  private List<Integer> storedEpochs() {
    return stored().stream().map(SignatureRecord::getEpoch).toList();
  }

  private List<SignatureRecord> stored() {
    return stored("a");
  }

  private List<SignatureRecord> stored(String run) {
    return controller
        .runs()
        .listSignatures(ListSignaturesRequest.newBuilder().setParent("runs/" + run).build())
        .getSignaturesList();
  }

  /** The epochs that are marked late in the stream of a run that has ended. */
  private List<Integer> watchedLate() {
    List<Integer> late = new ArrayList<>();
    controller
        .runs()
        .watchTrainingRun(WatchTrainingRunRequest.newBuilder().setName("runs/a").build())
        .forEachRemaining(
            item -> {
              if (item.getSignature().getLate()) {
                late.add(item.getSignature().getEpoch());
              }
            });
    return late;
  }

  private void awaitPhase(StopPhase phase) {
    await()
        .untilAsserted(() -> assertThat(controller.get("a").getStop().getPhase()).isEqualTo(phase));
  }
}
