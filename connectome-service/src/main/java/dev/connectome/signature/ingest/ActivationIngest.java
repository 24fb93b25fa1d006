package dev.connectome.signature.ingest;

import dev.connectome.protos.activation.v1.ActivationIngestServiceGrpc.ActivationIngestServiceImplBase;
import dev.connectome.protos.activation.v1.PublishActivationsRequest;
import dev.connectome.protos.activation.v1.PublishActivationsResponse;
import dev.connectome.signature.codec.ActivationDecoder;
import dev.connectome.signature.settings.ConnectomeSettings;
import dev.connectome.signature.stream.KafkaConfig;
import dev.connectome.signature.topics.TopicNames;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.quarkus.grpc.RegisterInterceptor;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.PreDestroy;
import org.apache.kafka.clients.producer.KafkaProducer;

/** Serves {@code ActivationIngestService}: writes records to Kafka on behalf of trainers. */
@GrpcService
@RegisterInterceptor(CallTrace.class)
public class ActivationIngest extends ActivationIngestServiceImplBase {

  private final ActivationDecoder decoder;
  private final RecordPublisher publisher;

  /** Connects to the broker in the background. */
  public ActivationIngest(ConnectomeSettings settings) {
    this.decoder = new ActivationDecoder(settings.limits().toRecordLimits());
    this.publisher =
        new RecordPublisher(
            new KafkaProducer<>(KafkaConfig.producer(settings.kafka())),
            TopicNames.withPrefix(settings.kafka().topicPrefix()).activations());
  }

  /**
   * Blocking: sending waits while the broker's metadata is unknown or the producer's buffer is
   * full.
   */
  @Override
  @Blocking
  public StreamObserver<PublishActivationsRequest> publishActivations(
      StreamObserver<PublishActivationsResponse> responses) {
    PublishingStream stream =
        new PublishingStream(
            decoder,
            publisher,
            CallTrace.current(),
            (ServerCallStreamObserver<PublishActivationsResponse>) responses);
    stream.start();
    return stream;
  }

  @PreDestroy
  void close() {
    publisher.close();
  }
}
