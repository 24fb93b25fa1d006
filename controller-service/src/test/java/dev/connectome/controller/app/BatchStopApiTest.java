package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.run.LauncherType;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsRequest;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsResponse;
import dev.connectome.protos.run.v1.RunSelection;
import dev.connectome.protos.run.v1.RunState;
import io.grpc.Status;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Many runs are stopped at once. */
class BatchStopApiTest extends ApiOverGrpc {

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
                                LauncherType.EXTERNAL,
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
}
