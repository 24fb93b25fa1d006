package dev.connectome.controller.delivery;

import dev.connectome.protos.trainer.v1.StopDisposition;
import dev.connectome.protos.trainer.v1.StopTrainingRequest;
import dev.connectome.protos.trainer.v1.TrainerControlServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Calls {@code TrainerControlService}. A stop is one call to a trainer, so a connection is made for
 * it and let go.
 */
final class TrainerCalls {

  private static final Duration DEADLINE = Duration.ofSeconds(3);

  private TrainerCalls() {}

  /**
   * Asks a trainer to stop.
   *
   * @throws io.grpc.StatusRuntimeException if it cannot be reached in time or refuses
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
