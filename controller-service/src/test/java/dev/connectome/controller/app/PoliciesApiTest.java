package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.FieldMask;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.protos.run.v1.BatchReplayPolicyRequest;
import dev.connectome.protos.run.v1.BatchReplayPolicyResponse;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.GetEnforcementRequest;
import dev.connectome.protos.run.v1.ListEnforcementChangesRequest;
import dev.connectome.protos.run.v1.ListEnforcementChangesResponse;
import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.ReplayPolicyRequest;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.ResumePolicy;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Policies are exchanged, suspended and replayed. */
class PoliciesApiTest extends ApiOverGrpc {

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
      arrive(run.getUid(), 6, .5, 7, .5);
      assertThat(controller.get("a").hasDecision()).isFalse();

      arrive(run.getUid(), 8, 9, 9, .5, 10, .5);
      arrive(run.getUid(), 11, .5);

      assertThat(controller.get("a").getDecision().getStopEpoch()).isEqualTo(11);
      assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPING);
    }
  }

  @Test
  void aRunWhoseNumbersAreNotFiniteIsEndedThoughEnforcementIsSuspended() throws Exception {
    TrainingRun run = controller.createExternal("a", plateau().toBuilder());
    try (var trainer = new SimulatedTrainer(controller.channel(), run.getUid())) {
      trainer.register();
      suspend(true);

      arrive(run.getUid(), 1, 0, 2, Double.NaN, 3, Double.NaN);

      assertThat(controller.get("a").getDecision().getPolicyId()).isEqualTo("finite");
      trainer.report(TrainingEnd.TRAINING_END_STOPPED, 3);
    }
    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_FAILED);
  }

  @Test
  void aRunThatIsResumedIsNotStoppedByTheConditionThatStoppedIt() throws Exception {
    String uid = stoppedAtFive();
    resume("a");
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arriveIn(uid, 2, 6, .5, 7, .5, 8, .5);
      assertThat(controller.get("a").hasDecision()).isFalse();

      arriveIn(uid, 2, 9, 9, 10, .5, 11, .5, 12, .5);
      assertThat(controller.get("a").getDecision().getStopEpoch()).isEqualTo(12);
    }
  }

  @Test
  void aRunThatIsResumedForSomeEpochsIsStoppedAfterThem() throws Exception {
    String uid = stoppedAtFive();
    var request = ResumeTrainingRunRequest.newBuilder().setName("runs/a").setRearmAfterEpochs(3);
    var unused = controller.runs().resumeTrainingRun(request.build());
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arriveIn(uid, 2, 6, .5, 7, .5);
      assertThat(controller.get("a").hasDecision()).isFalse();

      arriveIn(uid, 2, 8, .5);
      assertThat(controller.get("a").getDecision().getStopEpoch()).isEqualTo(8);
    }
  }

  @Test
  void aRunThatIsResumedWithItsPolicyAsAShadowIsStoppedByNone() throws Exception {
    String uid = stoppedAtFive();
    TrainingRun resumed =
        controller
            .runs()
            .resumeTrainingRun(
                ResumeTrainingRunRequest.newBuilder()
                    .setName("runs/a")
                    .setPolicy(ResumePolicy.RESUME_POLICY_SHADOW)
                    .build());
    assertThat(resumed.getPolicy().hasNever()).isTrue();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arriveIn(uid, 2, 6, .5, 7, 9, 8, .5, 9, .5, 10, .5);
    }
    assertThat(controller.get("a").hasDecision()).isFalse();
    assertThat(controller.get("a").getShadowDecisionsList())
        .extracting(StoppingDecision::getPolicyId)
        .containsExactly("plateau");
  }

  private String stoppedAtFive() throws Exception {
    String uid = controller.createExternal("a", plateau().toBuilder()).getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arrive(uid, 1, 0, 2, 10, 3, .5, 4, .5, 5, .5);
      trainer.report(TrainingEnd.TRAINING_END_STOPPED, 5);
    }
    return uid;
  }

  @Test
  void seriesThatAreMissingTakeNoPositionTwiceAndKeepNoRunFromEnding() throws Exception {
    var run = external().setPolicy(plateau());
    for (String metric : List.of("validationLoss", "validationAccuracy", "myMetric")) {
      run.addShadowPolicies(
          plateau().toBuilder().setPolicyId(metric.toLowerCase(Locale.ROOT)).setMonitor(metric));
    }
    String uid =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId("a")
                    .setTrainingRun(run)
                    .build())
            .getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arrive(uid, 1, 0, 2, 10, 3, 9);
      arrive(uid, 4, 9);
      trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 4);
    }

    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_COMPLETED);
    assertThat(controller.eventKinds("a")).filteredOn("SERIES_MISSING"::equals).hasSize(3);
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
}
