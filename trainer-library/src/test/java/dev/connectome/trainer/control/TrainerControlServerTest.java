package dev.connectome.trainer.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.protos.trainer.v1.GetTrainingStatusRequest;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.StopDisposition;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.StopTrainingRequest;
import dev.connectome.protos.trainer.v1.TrainerControlServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainerControlServiceGrpc.TrainerControlServiceBlockingStub;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import dev.connectome.trainer.control.StopSwitch.Boundary;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over a real connection. */
class TrainerControlServerTest {

  private volatile int attempt = 2;

  private final StopSwitch stopSwitch = new StopSwitch();
  private TrainerControlServer server;
  private ManagedChannel channel;
  private TrainerControlServiceBlockingStub trainer;

  @BeforeEach
  void start() throws IOException {
    server =
        TrainerControlServer.start(
            "127.0.0.1",
            0,
            () -> new TrainerControlServer.Identity("run", attempt, "instance"),
            stopSwitch,
            () -> TrainingProgress.newBuilder().setCompletedEpochs(7).build());
    channel =
        Grpc.newChannelBuilder(server.endpoint(), InsecureChannelCredentials.create()).build();
    trainer = TrainerControlServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  private static StopTrainingRequest request(int attempt, String id) {
    return StopTrainingRequest.newBuilder()
        .setRunUid("run")
        .setAttempt(attempt)
        .setCommand(
            StopCommand.newBuilder()
                .setCommandId(id)
                .setMode(StopMode.STOP_MODE_GRACEFUL)
                .setRestoreEpoch(5))
        .build();
  }

  @Test
  void aStopReachesTheTrainingOnce() {
    assertThat(trainer.stopTraining(request(2, "a")).getDisposition())
        .isEqualTo(StopDisposition.STOP_DISPOSITION_ACCEPTED);
    assertThat(trainer.stopTraining(request(2, "a")).getDisposition())
        .isEqualTo(StopDisposition.STOP_DISPOSITION_ACCEPTED);
    assertThat(trainer.stopTraining(request(2, "b")).getDisposition())
        .isEqualTo(StopDisposition.STOP_DISPOSITION_ALREADY_STOPPING);

    assertThat(stopSwitch.due(Boundary.MINI_BATCH))
        .contains(new StopRequest.Command("a", StopRequest.Mode.GRACEFUL, OptionalInt.of(5), ""));
    assertThat(
            trainer
                .getTrainingStatus(GetTrainingStatusRequest.getDefaultInstance())
                .getStopCommandId())
        .isEqualTo("a");
  }

  @Test
  void rejectsEveryStopBeforeItIsRegistered() {
    attempt = 0;

    assertThatThrownBy(() -> trainer.stopTraining(request(0, "a")))
        .hasMessageStartingWith("FAILED_PRECONDITION: this trainer is not registered yet");
    assertThat(stopSwitch.due(Boundary.EPOCH)).isEmpty();
  }

  @Test
  void rejectsAStopForAnotherAttempt() {
    assertThatThrownBy(() -> trainer.stopTraining(request(1, "a")))
        .hasMessage(
            "FAILED_PRECONDITION: this trainer is attempt 2 of run run, not attempt 1 of run run");
    assertThat(stopSwitch.due(Boundary.EPOCH)).isEmpty();
  }

  @Test
  void servesProgressAndHealth() {
    var status = trainer.getTrainingStatus(GetTrainingStatusRequest.getDefaultInstance());

    assertThat(status.getProgress().getCompletedEpochs()).isEqualTo(7);
    assertThat(status.getInstanceId()).isEqualTo("instance");
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }
}
