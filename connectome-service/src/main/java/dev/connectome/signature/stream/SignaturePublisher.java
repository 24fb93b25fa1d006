package dev.connectome.signature.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.connectome.signature.assembly.EpochMetrics;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.SnapshotFailure;
import dev.connectome.signature.assembly.SnapshotMetadata;
import dev.connectome.signature.codec.SignatureEncoder;
import dev.connectome.signature.compute.SnapshotSignature;
import dev.connectome.signature.metrics.PipelineMeters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jboss.logging.Logger;

/** Publishes the records of the signatures topic. */
final class SignaturePublisher {

  private static final Logger LOG = Logger.getLogger(SignaturePublisher.class);

  private final ProcessorContext<byte[], byte[]> context;
  private final PipelineMeters meters;
  private final InstantSource clock;

  SignaturePublisher(
      ProcessorContext<byte[], byte[]> context, PipelineMeters meters, InstantSource clock) {
    this.context = context;
    this.meters = meters;
    this.clock = clock;
  }

  void publish(
      UUID runUid, int attempt, OpenSnapshot snapshot, SnapshotSignature signature, Headers trace) {
    meters.countSigned(signature.computeTime());
    byte[] value =
        SignatureEncoder.encode(
            runUid, attempt, snapshot.epoch(), snapshot.metadata(), signature, clock.instant());
    publish(runUid, value, snapshot.metadata(), trace);
  }

  void publish(UUID runUid, SnapshotFailure failure, Headers trace) {
    meters.countFailed(failure.reason());
    LOG.warnf(
        "snapshot closed without a signature runId=%s attempt=%d epoch=%d reason=%s message=%s",
        runUid, failure.attempt(), failure.epoch(), failure.reason(), failure.message());
    byte[] value = SignatureEncoder.encode(runUid, failure, clock.instant());
    publish(runUid, value, failure.metadata(), trace);
  }

  void publish(EpochMetrics metrics, Headers trace) {
    byte[] value = SignatureEncoder.encode(metrics, clock.instant());
    publish(metrics.runUid(), value, metrics.metadata(), trace);
  }

  private void publish(UUID runUid, byte[] value, SnapshotMetadata metadata, Headers trace) {
    Instant now = clock.instant();
    context.forward(
        new Record<>(runUid.toString().getBytes(UTF_8), value, now.toEpochMilli(), trace),
        SignatureTopology.SIGNATURES);
    if (metadata.capturedAt() != null) {
      meters.recordLatency(Duration.between(metadata.capturedAt(), now));
    }
  }
}
