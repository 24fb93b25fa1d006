package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.BatchReplayPolicyRequest;
import dev.connectome.protos.run.v1.ReplayPolicyRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.Test;

/** A policy whose series a run does not have decides nothing about it. */
class ReplayedSeriesTest extends ApiOverGrpc {

  private static final StoppingPolicy UNKNOWN =
      plateau().toBuilder().setMonitor("deathDistanceX").build();

  @Test
  void theReplayOfOneRunIsRefusedWithTheSeriesThatItHas() throws Exception {
    runToItsEnd();

    StatusRuntimeException refused =
        refusal(
            () ->
                controller
                    .runs()
                    .replayPolicy(
                        ReplayPolicyRequest.newBuilder()
                            .setName("runs/a")
                            .setPolicy(UNKNOWN)
                            .build()));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(refused)
        .hasMessageContaining(
            "run \"a\" has no value of \"deathDistanceX\", which the policy reads")
        .hasMessageContaining("deathDistance");
  }

  @Test
  void ofManyRunsTheReplaySaysWhichSeriesEachLacks() throws Exception {
    runToItsEnd();
    create("b", "");

    var replays =
        controller
            .runs()
            .batchReplayPolicy(BatchReplayPolicyRequest.newBuilder().setPolicy(UNKNOWN).build())
            .getReplaysList();

    assertThat(replays)
        .filteredOn(run -> run.getName().equals("runs/a"))
        .singleElement()
        .satisfies(
            run ->
                assertThat(run.getReplay().getMissingSeriesList())
                    .containsExactly("deathDistanceX"));
    assertThat(replays)
        .as("of a run without signatures nothing is known yet")
        .filteredOn(run -> run.getName().equals("runs/b"))
        .singleElement()
        .satisfies(run -> assertThat(run.getReplay().getMissingSeriesList()).isEmpty());
  }
}
