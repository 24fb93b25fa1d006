package dev.connectome.signature.ingest;

import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.activation.v1.PublishActivationsRequest;
import dev.connectome.protos.activation.v1.PublishActivationsResponse;
import dev.connectome.signature.codec.ActivationDecoder;
import dev.connectome.signature.codec.MalformedRecordException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code PublishActivations}. At most {@value #WINDOW} of its records are in flight to
 * the broker; each acknowledgement requests the next one, and gRPC's flow control holds the trainer
 * back until then. A call that fails still acknowledges the records before the failure.
 */
final class PublishingStream implements StreamObserver<PublishActivationsRequest> {

  private static final int WINDOW = 8;

  private final ActivationDecoder decoder;
  private final RecordPublisher publisher;
  private final List<Header> trace;
  private final ServerCallStreamObserver<PublishActivationsResponse> trainer;

  private final AcknowledgementOrder order = new AcknowledgementOrder();
  private boolean halfClosed;
  private boolean ended;
  private @Nullable StatusRuntimeException failure;

  PublishingStream(
      ActivationDecoder decoder,
      RecordPublisher publisher,
      List<Header> trace,
      ServerCallStreamObserver<PublishActivationsResponse> trainer) {
    this.decoder = decoder;
    this.publisher = publisher;
    this.trace = trace;
    this.trainer = trainer;
  }

  /** Requests the first records. */
  void start() {
    trainer.disableAutoRequest();
    trainer.setOnCancelHandler(this::cancel);
    trainer.request(WINDOW);
  }

  @Override
  public void onNext(PublishActivationsRequest request) {
    long number;
    UUID runUid;
    synchronized (this) {
      if (ended || failure != null) {
        return;
      }
      try {
        runUid = decoder.decode(request.getRecord()).runUid();
      } catch (MalformedRecordException e) {
        fail(IngestErrors.malformed(e));
        return;
      }
      number = order.next();
    }
    send(runUid, request.getRecord(), number);
  }

  @Override
  public synchronized void onCompleted() {
    halfClosed = true;
    endIfDone();
  }

  @Override
  public void onError(Throwable failure) {
    cancel();
  }

  private void send(UUID runUid, ActivationRecord record, long number) {
    try {
      publisher.publish(
          runUid,
          record.toByteArray(),
          trace,
          error -> {
            if (error == null) {
              acknowledge(number);
            } else {
              failBroker(error);
            }
          });
    } catch (KafkaException e) {
      failBroker(e);
    }
  }

  private synchronized void acknowledge(long number) {
    if (ended) {
      return;
    }
    AcknowledgementOrder.Range range = order.acknowledge(number);
    for (long count = range.from() + 1; count <= range.to(); count++) {
      trainer.onNext(PublishActivationsResponse.newBuilder().setAcknowledgedCount(count).build());
    }
    int count = (int) (range.to() - range.from());
    if (failure == null && count > 0) {
      trainer.request(count);
    }
    endIfDone();
  }

  private synchronized void fail(StatusRuntimeException status) {
    failure = status;
    endIfDone();
  }

  /** Ends the call at once: no record after the one that the broker refused may be acknowledged. */
  private synchronized void failBroker(Exception cause) {
    if (!ended) {
      ended = true;
      trainer.onError(IngestErrors.brokerUnavailable(cause));
    }
  }

  private synchronized void cancel() {
    ended = true;
  }

  /** Called while holding the lock. */
  private void endIfDone() {
    if (ended || order.isPending()) {
      return;
    }
    if (failure != null) {
      ended = true;
      trainer.onError(failure);
    } else if (halfClosed) {
      ended = true;
      trainer.onCompleted();
    }
  }
}
