package dev.connectome.signature.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.activation.v1.PublishActivationsRequest;
import dev.connectome.protos.activation.v1.PublishActivationsResponse;
import dev.connectome.signature.codec.ActivationDecoder;
import dev.connectome.signature.codec.RecordLimits;
import dev.connectome.signature.fixture.TestSnapshot;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;

class PublishingStreamTest {

  private final Broker broker = new Broker();
  private final Trainer trainer = new Trainer();
  private final PublishingStream stream =
      new PublishingStream(
          new ActivationDecoder(new RecordLimits(100, 1000, 100_000, 8, 50, 2)),
          new RecordPublisher(broker, "activations"),
          List.of(),
          trainer);

  @Test
  void recordsOfSeveralRunsThatTheBrokerAcknowledgesInAnyOrderAreAcknowledgedInOrder() {
    stream.start();
    publish(new UUID(0, 1));
    publish(new UUID(0, 2));
    publish(new UUID(0, 3));
    stream.onCompleted();

    broker.acknowledge(2);
    assertThat(trainer.acknowledged).isEmpty();
    broker.acknowledge(0);
    assertThat(trainer.acknowledged).containsExactly(1L);
    broker.acknowledge(1);

    assertThat(trainer.acknowledged).containsExactly(1L, 2L, 3L);
    assertThat(trainer.requested).isEqualTo(8 + 3);
    assertThat(trainer.completed).isTrue();
  }

  private void publish(UUID run) {
    stream.onNext(
        PublishActivationsRequest.newBuilder()
            .setRecord(TestSnapshot.random(run, 1, 1, 10, 4).record())
            .build());
  }

  /** Acknowledges records in the order that the test chooses. */
  private static final class Broker extends MockProducer<byte[], byte[]> {

    private final List<Callback> sent = new ArrayList<>();

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
      sent.add(callback);
      return new CompletableFuture<>();
    }

    void acknowledge(int record) {
      sent.get(record).onCompletion(null, null);
    }
  }

  /** The server's side of a call; as strict as gRPC's own transport about requests. */
  private static final class Trainer extends ServerCallStreamObserver<PublishActivationsResponse> {

    private final List<Long> acknowledged = new ArrayList<>();
    private int requested;
    private boolean completed;

    @Override
    public void onNext(PublishActivationsResponse response) {
      acknowledged.add(response.getAcknowledgedCount());
    }

    @Override
    public void onError(Throwable failure) {
      throw new AssertionError(failure);
    }

    @Override
    public void onCompleted() {
      completed = true;
    }

    @Override
    public void request(int count) {
      assertThat(count).isPositive();
      requested += count;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void disableAutoRequest() {}

    @Override
    public void disableAutoInboundFlowControl() {}
  }
}
