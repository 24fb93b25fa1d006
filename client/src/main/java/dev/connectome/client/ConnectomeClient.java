package dev.connectome.client;

import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceBlockingStub;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A connection to a controller. Thread-safe. */
public final class ConnectomeClient implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 15;
  private static final int LARGEST_MESSAGE = 64 << 20;
  private static final Metadata.Key<String> ACTOR =
      Metadata.Key.of("x-connectome-actor", Metadata.ASCII_STRING_MARSHALLER);
  private static final Pattern TELLABLE = Pattern.compile("[!-~]{1,64}");

  private final ManagedChannel channel;

  private ConnectomeClient(ManagedChannel channel) {
    this.channel = channel;
  }

  /**
   * Opens a connection; no request is made yet. Calls name the user of the operating system as
   * their actor, unless that name has other than printable ASCII characters.
   *
   * @param target host:port
   * @return the connection
   */
  public static ConnectomeClient to(String target) {
    return new ConnectomeClient(
        Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
            .keepAliveTime(20, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .intercept(MetadataUtils.newAttachHeadersInterceptor(headers()))
            .build());
  }

  private static Metadata headers() {
    Metadata headers = new Metadata();
    String user = System.getProperty("user.name", "");
    // The name is a question mark where the system knows none.
    if (TELLABLE.matcher(user).matches() && !user.equals("?")) {
      headers.put(ACTOR, user);
    }
    return headers;
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
  public TrainingRunServiceBlockingStub streams() {
    return TrainingRunServiceGrpc.newBlockingStub(channel);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
