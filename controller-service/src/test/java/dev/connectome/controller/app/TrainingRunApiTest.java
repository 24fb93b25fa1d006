package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.PatienceRule;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Runs are created, listed, stopped, resumed and deleted, over real gRPC and a real database. */
class TrainingRunApiTest extends ApiOverGrpc {

  @Test
  void anExternalRunWithoutAPolicyIsWatchedAndNeverStopped() {
    TrainingRun watched = create("a", "");

    assertThat(watched.getPolicy().hasNever()).isTrue();
    assertThat(watched.getShadowPoliciesList())
        .extracting(StoppingPolicy::getPolicyId)
        .containsExactly("default");
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
    StoppingPolicy watching = run.getShadowPolicies(0);
    assertThat(watching.getAll().getPolicies(0).getMonitor()).isEqualTo("neighbourDisagreement");
    assertThat(watching.getAll().getPolicies(0).getDiminishing().getWindow()).isEqualTo(4);
    assertThat(watching.getAll().getPolicies(3).getSlowing().getMinFall()).isEqualTo(0.25);
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
  void noRunTakesTheUidOfAnotherForItsName() {
    String uid = create("a", "").getUid();
    String named = "a0000000" + uid.substring(8);

    assertThat(refusal(() -> create(named, "")).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(controller.get(uid).getName()).isEqualTo("runs/a");
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
