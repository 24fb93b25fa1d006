package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.controller.fixture.Signatures;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.lifecycle.Decisions;
import dev.connectome.controller.lifecycle.Enforcement;
import dev.connectome.controller.lifecycle.PolicyEvaluator;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.ReceivedSignature;
import dev.connectome.controller.lifecycle.StopGrace;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The API for people and pipelines, over real gRPC and a real database. */
abstract class ApiOverGrpc {

  private final DataSource database = TestDatabase.create();
  ControllerUnderTest controller;
  private PolicyEvaluator evaluator;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.notStarted(database(), Map.of());
    restartEvaluator();
  }

  /** A database of its own. */
  DataSource database() {
    return database;
  }

  /** How many stops by policies are too many. */
  Enforcement.Limit limit() {
    return Enforcement.Limit.DEFAULT;
  }

  /** Forgets everything that is not in the database. */
  void restartEvaluator() {
    evaluator =
        new PolicyEvaluator(
            controller.store(),
            new Enforcement(
                new Decisions(new StopGrace(Duration.ofMinutes(1), Duration.ofMinutes(1))),
                limit()),
            new Quarantine(controller.store(), InstantSource.system()));
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  String runToItsEnd() throws Exception {
    String uid = create("a", "").getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      arrive(uid, 1, 0, 2, 10, 3, .5, 4, .5, 5, .5, 6, .5, 7, .5, 8, .5);
      trainer.report(TrainingEnd.TRAINING_END_COMPLETED, 8);
    }
    return uid;
  }

  /** Pairs of an epoch and its death distance. */
  void arrive(String uid, double... pairs) {
    arriveIn(uid, 1, pairs);
  }

  void arriveIn(String uid, int attempt, double... pairs) {
    List<ReceivedSignature> arrivals = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      int epoch = (int) pairs[i];
      arrivals.add(
          ReceivedSignature.of(Signatures.of(uid, attempt, epoch, pairs[i + 1]).toByteArray()));
    }
    evaluator.accept(arrivals);
  }

  TrainingRun create(String runId, String requestId) {
    return controller
        .runs()
        .createTrainingRun(
            CreateTrainingRunRequest.newBuilder()
                .setTrainingRunId(runId)
                .setRequestId(requestId)
                .setTrainingRun(external())
                .build());
  }

  static TrainingRun.Builder external() {
    return TrainingRun.newBuilder().setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL);
  }

  static StoppingPolicy plateau() {
    return StoppingPolicy.newBuilder()
        .setPlateau(PlateauRule.newBuilder().setFraction(0.1).setConfirm(3))
        .build();
  }

  TrainingRun stopRun(String runId) {
    return controller
        .runs()
        .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/" + runId).build());
  }

  TrainingRun resume(String runId) {
    return controller
        .runs()
        .resumeTrainingRun(ResumeTrainingRunRequest.newBuilder().setName("runs/" + runId).build());
  }

  static StatusRuntimeException refusal(ThrowingCallable call) {
    var thrown = new StatusRuntimeException[1];
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(StatusRuntimeException.class, e -> thrown[0] = e);
    return thrown[0];
  }
}
