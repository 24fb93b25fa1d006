package dev.connectome.controller.delivery;

import dev.connectome.protos.trainer.v1.StopDisposition;
import dev.connectome.protos.trainer.v1.StopTrainingRequest;
import dev.connectome.protos.trainer.v1.TrainerControlServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Calls {@code TrainerControlService}. Each call has a channel of its own: a trainer gets few. */
final class TrainerControlClient {

  private static final Duration DEADLINE = Duration.ofSeconds(3);

  private TrainerControlClient() {}

  /**
   * @throws io.grpc.StatusRuntimeException if the trainer cannot be reached in time or refuses
   */
  static StopDisposition stop(String endpoint, StopTrainingRequest request) {
    ManagedChannel channel =
        Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create()).build();
    try {
      return TrainerControlServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
          .stopTraining(request)
          .getDisposition();
    } finally {
      channel.shutdownNow();
    }
  }
}
