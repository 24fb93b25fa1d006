package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.connectome.controller.fixture.Signatures;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.lifecycle.Judge;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.protos.run.v1.BatchReplayPolicyRequest;
import dev.connectome.protos.run.v1.BatchReplayPolicyResponse;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsRequest;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsResponse;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.GetEnforcementRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.ListEnforcementChangesRequest;
import dev.connectome.protos.run.v1.ListEnforcementChangesResponse;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.PatienceRule;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.ReplayPolicyRequest;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.RunSelection;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import dev.connectome.protos.run.v1.WatchTrainingRunRequest;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The API for people and pipelines, over real gRPC and a real database. */
class TrainingRunApiTest {

  private ControllerUnderTest controller;
  private Judge judge;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.notStarted(TestDatabase.create(), Map.of());
    judge = new Judge(controller.store(), new Runs(controller.store(), Duration.ofMinutes(1)));
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void aRunIsStoredWithItsDefaultsFilledIn() {
    create("a", "");

    TrainingRun run = controller.get("a");

    TrainingSpec spec = run.getSpec();
    assertThat(spec.getModel().getName()).isEqualTo("mlp");
    assertThat(spec.getModel().getHiddenWidthsList()).containsExactly(128, 64);
    assertThat(spec.getEpochs()).isEqualTo(100);
    assertThat(spec.getBatchSize()).isEqualTo(50);
    assertThat(spec.getOptimizer().getName()).isEqualTo("sgd");
    assertThat(spec.getOptimizer().getLearningRate()).isEqualTo(0.01);
    assertThat(spec.getProbe().getSamples()).isEqualTo(1000);
    assertThat(spec.getCheckpoint().getKeep()).isPositive();
    assertThat(run.getPolicy().getPolicyId()).isEqualTo("diminishing");
    assertThat(run.getPolicy().getMonitor()).isEqualTo("deathDistance");
    assertThat(run.getState()).isEqualTo(RunState.RUN_STATE_PENDING);
  }

  @Test
  void enoughCheckpointsAreKeptForAPolicyThatRestoresTheBest() {
    var policy =
        StoppingPolicy.newBuilder()
            .setPatience(PatienceRule.newBuilder().setPatience(30).setRestoreBest(true));

    assertThat(controller.createExternal("a", policy).getSpec().getCheckpoint().getKeep())
        .isGreaterThan(31);
  }

  @Test
  void everythingThatIsWrongWithARequestIsNamedAtOnce() throws Exception {
    var request =
        CreateTrainingRunRequest.newBuilder()
            .setTrainingRun(
                external()
                    .putLabels("a b", "c")
                    .setSpec(
                        TrainingSpec.newBuilder()
                            .setEpochs(0)
                            .setModel(ModelSpec.newBuilder().setName("cnn"))
                            .setOptimizer(OptimizerSpec.newBuilder().setLearningRate(-0.1)))
                    .setPolicy(
                        StoppingPolicy.newBuilder()
                            .setPatience(PatienceRule.newBuilder().setPatience(0))))
            .build();

    StatusRuntimeException refusal = refusal(() -> controller.runs().createTrainingRun(request));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(errorInfo(refusal).getDomain()).isEqualTo("connectome.dev");
    BadRequest details = detail(refusal, BadRequest.class);
    assertThat(details.getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .contains(
            "training_run.labels",
            "training_run.spec.epochs",
            "training_run.spec.model.name",
            "training_run.spec.optimizer.learning_rate",
            "training_run.policy");
    assertThat(refusal.getStatus().getDescription()).contains("cnn", "mlp", "-0.1");
  }

  @Test
  void aNameThatIsTakenIsRefusedAndARequestThatIsRepeatedIsNot() {
    String requestId = UUID.randomUUID().toString();
    TrainingRun first = create("a", requestId);

    assertThat(create("a", requestId).getUid()).isEqualTo(first.getUid());
    StatusRuntimeException refusal = refusal(() -> create("a", ""));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(errorInfo(refusal).getReason()).isEqualTo("RUN_EXISTS");
  }

  @Test
  void aRunIsFoundByItsUidToo() {
    String uid = create("a", "").getUid();

    assertThat(controller.get(uid).getName()).isEqualTo("runs/a");
    assertThat(refusal(() -> controller.get("b")).getStatus().getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void pagesHoldEveryRunOnceNewestFirst() {
    for (int i = 0; i < 5; i++) {
      create("run-" + i, "");
    }
    List<String> names = new ArrayList<>();
    String token = "";
    do {
      ListTrainingRunsResponse page =
          controller
              .runs()
              .listTrainingRuns(
                  ListTrainingRunsRequest.newBuilder().setPageSize(2).setPageToken(token).build());
      page.getTrainingRunsList().forEach(run -> names.add(run.getName()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());

    assertThat(names)
        .containsExactly("runs/run-4", "runs/run-3", "runs/run-2", "runs/run-1", "runs/run-0");
  }

  @Test
  void aListIsFilteredByStateLabelAndPrefix() {
    create("a", "");
    controller
        .runs()
        .createTrainingRun(
            CreateTrainingRunRequest.newBuilder()
                .setTrainingRunId("b-c")
                .setTrainingRun(external().putLabels("team", "x"))
                .build());
    stopRun("a");

    assertThat(names(ListTrainingRunsRequest.newBuilder().putLabels("team", "x")))
        .containsExactly("runs/b-c");
    assertThat(names(ListTrainingRunsRequest.newBuilder().addStates(RunState.RUN_STATE_STOPPED)))
        .containsExactly("runs/a");
    assertThat(names(ListTrainingRunsRequest.newBuilder().setIdPrefix("b"))).hasSize(1);
    assertThat(names(ListTrainingRunsRequest.newBuilder().setIdPrefix("%"))).isEmpty();
  }

  @Test
  void stoppingWhatHasEndedChangesNothing() {
    create("a", "");

    assertThat(stopRun("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    long position = controller.get("a").getPosition();
    assertThat(stopRun("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(controller.get("a").getPosition()).isEqualTo(position);
  }

  @Test
  void onlyARunThatHasEndedIsResumedOrDeletedUnlessForced() {
    create("a", "");
    assertThat(refusal(() -> resume("a")).getStatus().getCode())
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(refusal(() -> delete("a", false)).getStatus().getCode())
        .isEqualTo(Status.Code.FAILED_PRECONDITION);

    stopRun("a");
    assertThat(resume("a").getState()).isEqualTo(RunState.RUN_STATE_PENDING);
    delete("a", true);

    assertThat(refusal(() -> controller.get("a")).getStatus().getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThat(create("a", "").getState()).isEqualTo(RunState.RUN_STATE_PENDING);
  }

  @Test
  void aShadowPolicyIsMadeTheEnforcingOneAndJudgesWhatComes() throws Exception {
    var run =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId("a")
                    .setTrainingRun(
                        external()
                            .setPolicy(
                                StoppingPolicy.newBuilder()
                                    .setNever(NeverRule.getDefaultInstance()))
                            .addShadowPolicies(plateau()))
                    .build());
    try (var trainer = new SimulatedTrainer(controller.channel(), run.getUid())) {
      trainer.register();
      arrive(run.getUid(), 1, 0, 2, 10, 3, .5, 4, .5, 5, .5);
      assertThat(controller.get("a").hasDecision()).isFalse();
      assertThat(controller.get("a").getShadowDecisionsList())
          .singleElement()
          .satisfies(
              decision -> {
                assertThat(decision.getShadow()).isTrue();
                assertThat(decision.getStopEpoch()).isEqualTo(5);
              });

      controller
          .runs()
          .updateTrainingRun(
              UpdateTrainingRunRequest.newBuilder()
                  .setTrainingRun(TrainingRun.newBuilder().setName("runs/a").setPolicy(plateau()))
                  .setUpdateMask(
                      FieldMask.newBuilder().addPaths("policy").addPaths("shadow_policies"))
                  .build());
      arrive(run.getUid(), 6, .5);

      assertThat(controller.get("a").getDecision().getStopEpoch()).isEqualTo(6);
      assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPING);
    }
  }

  @Test
  void aRunThatIsResumedKeepsOnRecordWhatStoppedItAndCanBeStoppedAgain() throws Exception {
    TrainingRun run = controller.createExternal("a", plateau().toBuilder());
    try (var trainer = new SimulatedTrainer(controller.channel(), run.getUid())) {
      trainer.register();
      arrive(run.getUid(), 1, 0, 2, 10, 3, .5, 4, .5, 5, .5);
      trainer.report(TrainingEnd.TRAINING_END_STOPPED, 5);
    }
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);

    TrainingRun resumed = resume("a");

    assertThat(resumed.hasDecision()).isFalse();
    assertThat(resumed.getRevokedDecisionsList())
        .singleElement()
        .satisfies(decision -> assertThat(decision.getStopEpoch()).isEqualTo(5));
    try (var trainer = new SimulatedTrainer(controller.channel(), run.getUid())) {
      trainer.register();
      stopRun("a");
      assertThat(controller.get("a").getDecision().getPolicyId()).isEqualTo("manual");
      trainer.report(TrainingEnd.TRAINING_END_STOPPED, 6);
    }
    assertThat(resume("a").getRevokedDecisionsList())
        .extracting(StoppingDecision::getPolicyId)
        .containsExactly("plateau", "manual");
  }

  @Test
  void whileEnforcementIsSuspendedDecisionsAreRecordedAndStopNothing() throws Exception {
    TrainingRun run = controller.createExternal("a", plateau().toBuilder());
    try (var trainer = new SimulatedTrainer(controller.channel(), run.getUid())) {
      trainer.register();
      assertThat(suspend(true).getSuspended()).isTrue();

      arrive(run.getUid(), 1, 0, 2, 10, 3, .5, 4, .5, 5, .5);

      TrainingRun watched = controller.get("a");
      assertThat(watched.getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
      assertThat(watched.hasDecision()).isFalse();
      assertThat(watched.getShadowDecisionsList())
          .singleElement()
          .satisfies(decision -> assertThat(decision.getStopEpoch()).isEqualTo(5));

      assertThat(suspend(false).getReason()).isEqualTo("a test");
      assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
      arrive(run.getUid(), 6, .5);

      assertThat(controller.get("a").getDecision().getStopEpoch()).isEqualTo(6);
      assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPING);
    }
  }

  @Test
  void whoSwitchedEnforcementStaysOnRecord() {
    suspend(true);
    suspend(false);
    var request = ListEnforcementChangesRequest.newBuilder().setPageSize(2);

    ListEnforcementChangesResponse newest =
        controller.runs().listEnforcementChanges(request.build());
    ListEnforcementChangesResponse rest =
        controller
            .runs()
            .listEnforcementChanges(request.setPageToken(newest.getNextPageToken()).build());

    assertThat(newest.getChangesList())
        .extracting(Enforcement::getSuspended)
        .containsExactly(false, true);
    assertThat(newest.getChangesList()).allMatch(change -> change.getReason().equals("a test"));
    assertThat(newest.getChangesList()).allMatch(change -> change.getActor().equals("api"));
    assertThat(newest.getChanges(0)).isEqualTo(enforcement());
    assertThat(rest.getChangesList()).singleElement().returns("controller", Enforcement::getActor);
    assertThat(rest.getNextPageToken()).isEmpty();
  }

  private Enforcement enforcement() {
    return controller.runs().getEnforcement(GetEnforcementRequest.getDefaultInstance());
  }

  private Enforcement suspend(boolean suspended) {
    var unused =
        controller
            .runs()
            .updateEnforcement(
                UpdateEnforcementRequest.newBuilder()
                    .setEnforcement(
                        Enforcement.newBuilder().setSuspended(suspended).setReason("a test"))
                    .build());
    return enforcement();
  }

  @Test
  void aTrainerLearnsOfANewBudgetWithItsNextHeartbeat() throws Exception {
    TrainingRun run = controller.createExternal("a", plateau().toBuilder());
    try (var trainer = new SimulatedTrainer(controller.channel(), run.getUid())) {
      trainer.register();
      assertThat(beat(run.getUid()).getEpochs()).isEqualTo(100);

      TrainingRun changed = setBudget("a", 60);

      assertThat(changed.getSpec().getEpochs()).isEqualTo(60);
      assertThat(changed.getSpec().getModel()).isEqualTo(run.getSpec().getModel());
      assertThat(changed.getPolicy()).isEqualTo(run.getPolicy());
      assertThat(beat(run.getUid()).getEpochs()).isEqualTo(60);

      stopRun("a");
      StatusRuntimeException refusal = refusal(() -> setBudget("a", 80));
      assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(refusal.getStatus().getDescription()).contains("being stopped");
    }
  }

  @Test
  void aRunThatHasEndedGetsABudgetWithWhichItCanGoOn() throws Exception {
    runToItsEnd();
    StatusRuntimeException refusal = refusal(() -> setBudget("a", 1));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);

    setBudget("a", 200);

    assertThat(resume("a").getSpec().getEpochs()).isEqualTo(200);
    assertThat(refusal(() -> setBudget("a", 0)).getStatus().getDescription())
        .contains("spec.epochs", "1 to 100000");
  }

  private TrainingRun setBudget(String runId, int epochs) {
    return controller
        .runs()
        .updateTrainingRun(
            UpdateTrainingRunRequest.newBuilder()
                .setTrainingRun(
                    TrainingRun.newBuilder()
                        .setName("runs/" + runId)
                        .setSpec(TrainingSpec.newBuilder().setEpochs(epochs)))
                .setUpdateMask(FieldMask.newBuilder().addPaths("spec.epochs"))
                .build());
  }

  private HeartbeatResponse beat(String uid) {
    return TrainerRegistryServiceGrpc.newBlockingStub(controller.channel())
        .heartbeat(
            HeartbeatRequest.newBuilder()
                .setRunUid(uid)
                .setAttempt(1)
                .setProgress(TrainingProgress.newBuilder().setCompletedEpochs(3))
                .build());
  }

  @Test
  void nothingButLabelsPoliciesAndTheBudgetIsChanged() {
    create("a", "");

    StatusRuntimeException refusal =
        refusal(
            () ->
                controller
                    .runs()
                    .updateTrainingRun(
                        UpdateTrainingRunRequest.newBuilder()
                            .setTrainingRun(TrainingRun.newBuilder().setName("runs/a"))
                            .setUpdateMask(FieldMask.newBuilder().addPaths("spec"))
                            .build()));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aPolicyIsReplayedOnWhatWasRecordedAndChangesNothing() throws Exception {
    String uid = runToItsEnd();
    long position = controller.get("a").getPosition();

    ReplayPolicyResponse replayed =
        controller
            .runs()
            .replayPolicy(
                ReplayPolicyRequest.newBuilder()
                    .setName("runs/" + uid)
                    .setPolicy(plateau())
                    .build());

    assertThat(replayed.getDecision().getStopEpoch()).isEqualTo(5);
    assertThat(replayed.getLastEpoch()).isEqualTo(8);
    assertThat(replayed.getEpochsSaved()).isEqualTo(3);
    assertThat(controller.get("a").getPosition()).isEqualTo(position);
  }

  @Test
  void aPolicyIsReplayedOnAllRunsThatAreSelectedBesideWhatStoppedThem() throws Exception {
    runToItsEnd();
    create("b", "");

    BatchReplayPolicyResponse first = replayAll("");
    BatchReplayPolicyResponse second = replayAll(first.getNextPageToken());

    assertThat(first.getReplays(0).getName()).isEqualTo("runs/b");
    assertThat(first.getReplays(0).getReplay().hasDecision()).isFalse();
    assertThat(second.getReplaysList())
        .singleElement()
        .satisfies(
            run -> {
              assertThat(run.getName()).isEqualTo("runs/a");
              assertThat(run.getReplay().getDecision().getStopEpoch()).isEqualTo(5);
              assertThat(run.getReplay().getEpochsSaved()).isEqualTo(3);
              assertThat(run.getReplay().hasAccuracyDifference()).isFalse();
            });
    assertThat(second.getNextPageToken()).isEmpty();
  }

  private BatchReplayPolicyResponse replayAll(String pageToken) {
    return controller
        .runs()
        .batchReplayPolicy(
            BatchReplayPolicyRequest.newBuilder()
                .setPolicy(plateau())
                .setPageSize(1)
                .setPageToken(pageToken)
                .build());
  }

  @Test
  void allLiveRunsOfASelectionAreStoppedAndNoOthers() {
    create("sweep-1", "");
    create("sweep-2", "");
    create("other", "");
    stopRun("sweep-1");

    assertThat(stopAll("sweep-", true).getRunsList())
        .singleElement()
        .satisfies(run -> assertThat(run.getName()).isEqualTo("runs/sweep-2"));
    assertThat(controller.get("sweep-2").getState()).isEqualTo(RunState.RUN_STATE_PENDING);

    assertThat(stopAll("sweep-", false).getRunsList())
        .singleElement()
        .satisfies(
            run -> {
              assertThat(run.getFromState()).isEqualTo(RunState.RUN_STATE_PENDING);
              assertThat(run.getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
            });
    assertThat(controller.get("sweep-2").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(controller.get("other").getState()).isEqualTo(RunState.RUN_STATE_PENDING);
    assertThat(stopAll("sweep-", false).getRunsList()).isEmpty();
  }

  @Test
  void noRunTakesTheUidOfAnotherForItsName() {
    String uid = create("a", "").getUid();
    String named = "a0000000" + uid.substring(8);

    assertThat(refusal(() -> create(named, "")).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(controller.get(uid).getName()).isEqualTo("runs/a");
  }

  @Test
  void nobodyStopsEverythingByLeavingOutTheSelection() {
    create("a", "");

    assertThat(refusal(() -> stopAll("", false)).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_PENDING);
  }

  @Test
  void moreRunsThanOneCallTakesAreRefusedBeforeAnyIsStopped() {
    byte[] definition =
        controller
            .store()
            .inTransaction(
                transaction -> transaction.runs().find(UUID.fromString(create("a", "").getUid())))
            .orElseThrow()
            .definition();
    var unused =
        controller
            .store()
            .inTransaction(
                transaction -> {
                  for (int i = 0; i < 1_001; i++) {
                    var added =
                        transaction
                            .runs()
                            .insert(
                                UUID.randomUUID(),
                                "sweep-" + i,
                                Optional.empty(),
                                Map.of(),
                                "EXTERNAL",
                                definition);
                  }
                  return definition;
                });

    assertThat(refusal(() -> stopAll("sweep-", false)).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(controller.get("sweep-1000").getState()).isEqualTo(RunState.RUN_STATE_PENDING);
    assertThat(stopAll("sweep-1", false).getRunsCount()).isEqualTo(112);
  }

  private BatchStopTrainingRunsResponse stopAll(String prefix, boolean dryRun) {
    return controller
        .runs()
        .batchStopTrainingRuns(
            BatchStopTrainingRunsRequest.newBuilder()
                .setSelection(RunSelection.newBuilder().setIdPrefix(prefix))
                .setDryRun(dryRun)
                .build());
  }

  @Test
  void aWatcherGetsEverythingOnceInOrderAndTheStreamEndsWithTheRun() throws Exception {
    runToItsEnd();
    Iterator<WatchTrainingRunResponse> all =
        controller
            .runs()
            .watchTrainingRun(WatchTrainingRunRequest.newBuilder().setName("runs/a").build());

    List<Long> positions = new ArrayList<>();
    List<TrainingRun> snapshots = new ArrayList<>();
    while (all.hasNext()) {
      WatchTrainingRunResponse item = all.next();
      if (item.hasTrainingRun()) {
        snapshots.add(item.getTrainingRun());
      } else {
        positions.add(item.getPosition());
      }
    }

    List<Long> expected = new ArrayList<>();
    for (long position = 1; position <= controller.get("a").getPosition(); position++) {
      expected.add(position);
    }
    assertThat(positions).isEqualTo(expected);
    assertThat(snapshots.get(snapshots.size() - 1).getState())
        .isEqualTo(RunState.RUN_STATE_COMPLETED);
  }

  @Test
  void aWatcherThatComesBackGoesOnBehindWhatItHas() throws Exception {
    runToItsEnd();
    long last = controller.get("a").getPosition();

    Iterator<WatchTrainingRunResponse> rest =
        controller
            .runs()
            .watchTrainingRun(
                WatchTrainingRunRequest.newBuilder()
                    .setName("runs/a")
                    .setAfterPosition(last - 1)
                    .build());

    List<Long> positions = new ArrayList<>();
    rest.forEachRemaining(
        item -> {
          if (!item.hasTrainingRun()) {
            positions.add(item.getPosition());
          }
        });
    assertThat(positions).containsExactly(last);
  }

  private String runToItsEnd() throws Exception {
    String uid = create("a", "").getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arrive(uid, 1, 0, 2, 10, 3, .5, 4, .5, 5, .5, 6, .5, 7, .5, 8, .5);
      trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 8);
    }
    return uid;
  }

  /** Pairs of an epoch and its death distance. */
  private void arrive(String uid, double... pairs) {
    List<Judge.Arrival> arrivals = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      int epoch = (int) pairs[i];
      arrivals.add(
          new Judge.Arrival(
              UUID.fromString(uid),
              1,
              epoch,
              Signatures.of(uid, 1, epoch, pairs[i + 1]).toByteArray()));
    }
    judge.accept(arrivals);
  }

  private TrainingRun create(String runId, String requestId) {
    return controller
        .runs()
        .createTrainingRun(
            CreateTrainingRunRequest.newBuilder()
                .setTrainingRunId(runId)
                .setRequestId(requestId)
                .setTrainingRun(external())
                .build());
  }

  private static TrainingRun.Builder external() {
    return TrainingRun.newBuilder().setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL);
  }

  private static StoppingPolicy plateau() {
    return StoppingPolicy.newBuilder()
        .setPlateau(PlateauRule.newBuilder().setFraction(0.1).setConfirm(3))
        .build();
  }

  private TrainingRun stopRun(String runId) {
    return controller
        .runs()
        .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/" + runId).build());
  }

  private TrainingRun resume(String runId) {
    return controller
        .runs()
        .resumeTrainingRun(ResumeTrainingRunRequest.newBuilder().setName("runs/" + runId).build());
  }

  private void delete(String runId, boolean force) {
    var unused =
        controller
            .runs()
            .deleteTrainingRun(
                DeleteTrainingRunRequest.newBuilder()
                    .setName("runs/" + runId)
                    .setForce(force)
                    .build());
  }

  private List<String> names(ListTrainingRunsRequest.Builder request) {
    return controller.runs().listTrainingRuns(request.build()).getTrainingRunsList().stream()
        .map(TrainingRun::getName)
        .toList();
  }

  private static StatusRuntimeException refusal(ThrowingCallable call) {
    var thrown = new StatusRuntimeException[1];
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(StatusRuntimeException.class, e -> thrown[0] = e);
    return thrown[0];
  }

  private static ErrorInfo errorInfo(StatusRuntimeException refusal) {
    try {
      return detail(refusal, ErrorInfo.class);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static <T extends Message> T detail(StatusRuntimeException refusal, Class<T> type)
      throws InvalidProtocolBufferException {
    for (Any detail : StatusProto.fromThrowable(refusal).getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    throw new AssertionError("no " + type.getSimpleName());
  }
}
