package dev.connectome.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.WatchTrainingRunRequest;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import dev.connectome.protos.signature.v1.SignatureRecord;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunWatchTest {
  private final List<WatchTrainingRunResponse> items = new ArrayList<>();
  private final List<ControllerException> outages = new ArrayList<>();
  private FakeController controller;
  private ConnectomeClient client;

  @BeforeEach
  void connect() throws IOException {
    controller = new FakeController();
    client = ConnectomeClient.to(controller.endpoint());
  }

  @AfterEach
  void close() {
    client.close();
    controller.close();
  }

  @Test
  void aBrokenWatchResumesAfterTheLastPositionAndShowsNothingTwice() throws Exception {
    var running = run(0, RunState.RUN_STATE_RUNNING);
    var stopped = run(3, RunState.RUN_STATE_STOPPED);
    controller.watches.add(List.of(running, event(1), signature(2)));
    controller.failures.add(Status.UNAVAILABLE.asRuntimeException());
    controller.watches.add(
        List.of(run(2, RunState.RUN_STATE_RUNNING), signature(2), event(3), stopped));
    RunWatch watch = client.watch("a");

    RunState end = watch.toEnd(items::add, outages::add);

    assertThat(end).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(items).containsExactly(running, event(1), signature(2), event(3), stopped);
    assertThat(outages).hasSize(1);
    assertThat(watch.position()).isEqualTo(3);
    assertThat(controller.requests)
        .extracting(request -> ((WatchTrainingRunRequest) request).getAfterPosition())
        .containsExactly(0L, 2L);
  }

  @Test
  void aWatchBeginsAfterThePositionThatIsGiven() throws Exception {
    controller.watches.add(List.of(run(7, RunState.RUN_STATE_COMPLETED)));

    assertThat(client.watch("a", 7).toEnd(items::add, outages::add))
        .isEqualTo(RunState.RUN_STATE_COMPLETED);
    assertThat(controller.requests)
        .containsExactly(
            WatchTrainingRunRequest.newBuilder().setName("runs/a").setAfterPosition(7).build());
  }

  @Test
  void aControllerThatIsAwayFromTheBeginningIsNotWaitedFor() {
    controller.watches.add(List.of());
    controller.failures.add(Status.UNAVAILABLE.asRuntimeException());

    assertThatThrownBy(() -> client.watch("a").toEnd(items::add, outages::add))
        .isInstanceOf(ControllerException.class);
    assertThat(outages).isEmpty();
  }

  @Test
  void aRefusalEndsTheWatch() {
    controller.watches.add(List.of(run(0, RunState.RUN_STATE_RUNNING)));
    controller.failures.add(Status.NOT_FOUND.withDescription("gone").asRuntimeException());

    assertThatThrownBy(() -> client.watch("a").toEnd(items::add, outages::add))
        .isInstanceOf(ControllerException.class)
        .hasMessage("gone");
  }

  private static WatchTrainingRunResponse run(long position, RunState state) {
    return WatchTrainingRunResponse.newBuilder()
        .setPosition(position)
        .setTrainingRun(TrainingRun.newBuilder().setName("runs/a").setState(state))
        .build();
  }

  private static WatchTrainingRunResponse event(long position) {
    return WatchTrainingRunResponse.newBuilder()
        .setPosition(position)
        .setEvent(RunEvent.newBuilder().setPosition(position))
        .build();
  }

  private static WatchTrainingRunResponse signature(long position) {
    return WatchTrainingRunResponse.newBuilder()
        .setPosition(position)
        .setSignature(SignatureRecord.newBuilder().setEpoch((int) position))
        .build();
  }
}
