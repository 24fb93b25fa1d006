package dev.connectome.cli.runs;

import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceBlockingStub;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;

/** A connection to a controller. Thread-safe. */
public final class RunsConnection implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 15;
  private static final int LARGEST_MESSAGE = 64 << 20;

  private final ManagedChannel channel;

  private RunsConnection(ManagedChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a connection; no request is made yet.
   *
   * @param target host:port
   * @return the connection
   */
  public static RunsConnection to(String target) {
    return new RunsConnection(
        Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
            .keepAliveTime(20, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .build());
  }

  /**
   * For calls with one answer.
   *
   * @return a stub whose calls end within 15 s
   */
  public TrainingRunServiceBlockingStub calls() {
    return TrainingRunServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * For calls whose answers go on.
   *
   * @return a stub whose calls have no deadline; keepalive notices a server that is gone
   */
  TrainingRunServiceBlockingStub streams() {
    return TrainingRunServiceGrpc.newBlockingStub(channel);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
