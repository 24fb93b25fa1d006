package dev.connectome.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.GetEnforcementRequest;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceImplBase;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ConnectomeClientTest {
  private static final Metadata.Key<String> ACTOR =
      Metadata.Key.of("x-connectome-actor", Metadata.ASCII_STRING_MARSHALLER);

  private final AtomicReference<String> actor = new AtomicReference<>();

  @Test
  void callsNameTheUserOfTheOperatingSystem() throws Exception {
    Server controller =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .intercept(new Listener())
            .addService(new Controller())
            .build()
            .start();
    try (ConnectomeClient connection = ConnectomeClient.to("127.0.0.1:" + controller.getPort())) {
      var unused = connection.calls().getEnforcement(GetEnforcementRequest.getDefaultInstance());
    } finally {
      controller.shutdownNow();
    }

    assertThat(actor).hasValue(System.getProperty("user.name"));
  }

  private final class Listener implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      actor.set(headers.get(ACTOR));
      return next.startCall(call, headers);
    }
  }

  private static final class Controller extends TrainingRunServiceImplBase {
    @Override
    public void getEnforcement(
        GetEnforcementRequest request, StreamObserver<Enforcement> observer) {
      observer.onNext(Enforcement.getDefaultInstance());
      observer.onCompleted();
    }
  }
}
