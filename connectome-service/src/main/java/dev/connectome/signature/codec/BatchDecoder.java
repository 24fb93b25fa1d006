package dev.connectome.signature.codec;

import static dev.connectome.signature.codec.FieldChecks.atLeast;
import static dev.connectome.signature.codec.FieldChecks.inRange;
import static dev.connectome.signature.codec.FieldChecks.invalid;
import static dev.connectome.signature.codec.FieldChecks.limit;
import static dev.connectome.signature.codec.FieldChecks.uid;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Timestamp;
import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationLayer;
import dev.connectome.protos.activation.v1.EpochMetrics;
import dev.connectome.signature.assembly.RowBlock;
import dev.connectome.signature.assembly.SnapshotMetadata;
import dev.connectome.signature.assembly.SnapshotShape;
import dev.connectome.signature.codec.MalformedRecordException.Defect;
import dev.connectome.signature.compute.MemoryBudget;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/** Validates the fields of what a trainer sends of an epoch. */
final class BatchDecoder {

  /** The range of a Timestamp: from the beginning of year 1 to the end of year 9999. */
  private static final long FIRST_SECOND = -62_135_596_800L;

  private static final long LAST_SECOND = 253_402_300_799L;

  private final RecordLimits limits;
  private final MemoryBudget memory;

  BatchDecoder(RecordLimits limits, MemoryBudget memory) {
    this.limits = limits;
    this.memory = memory;
  }

  dev.connectome.signature.assembly.ActivationBatch decode(ActivationBatch batch)
      throws MalformedRecordException {
    UUID runUid = uid("batch.run_uid", batch.getRunUid());
    int attempt = atLeast("batch.attempt", 1, batch.getAttempt());
    int epoch = inRange("batch.epoch", 1, batch.getEpoch(), limits.maxEpoch());
    SnapshotShape shape = decodeShape(batch);
    RowBlock block = decodeBlock(batch, shape);
    return new dev.connectome.signature.assembly.ActivationBatch(
        runUid,
        attempt,
        epoch,
        shape,
        block,
        batch.getValues().asReadOnlyByteBuffer(),
        decodeClasses(batch, block),
        decodeLastLayer(batch),
        decodeMetadata(
            "batch",
            batch.getMetricsMap(),
            batch.hasCapturedAt() ? Optional.of(batch.getCapturedAt()) : Optional.empty()));
  }

  dev.connectome.signature.assembly.EpochMetrics decode(EpochMetrics metrics)
      throws MalformedRecordException {
    if (metrics.getMetricsCount() == 0) {
      throw invalid("epoch_metrics.metrics", "epoch_metrics.metrics is empty; send at least one");
    }
    return new dev.connectome.signature.assembly.EpochMetrics(
        uid("epoch_metrics.run_uid", metrics.getRunUid()),
        atLeast("epoch_metrics.attempt", 1, metrics.getAttempt()),
        inRange("epoch_metrics.epoch", 1, metrics.getEpoch(), limits.maxEpoch()),
        decodeMetadata(
            "epoch_metrics",
            metrics.getMetricsMap(),
            metrics.hasCapturedAt() ? Optional.of(metrics.getCapturedAt()) : Optional.empty()));
  }

  private SnapshotShape decodeShape(ActivationBatch batch) throws MalformedRecordException {
    int samples =
        inRange(
            "batch.snapshot_samples", 1, batch.getSnapshotSamples(), limits.maxSnapshotSamples());
    int neurons = inRange("batch.neuron_count", 2, batch.getNeuronCount(), limits.maxNeurons());
    limit(
        "batch.snapshot_samples * batch.neuron_count * 4",
        (long) samples * neurons * Float.BYTES,
        limits.maxSnapshotBytes());
    Optional<String> refusal = memory.refusal(samples, neurons);
    if (refusal.isPresent()) {
      throw new MalformedRecordException(
          Defect.LIMIT_EXCEEDED, "batch.neuron_count", refusal.get());
    }
    int batches = inRange("batch.batch_count", 1, batch.getBatchCount(), limits.maxBatches());
    if (batches > samples) {
      throw invalid(
          "batch.batch_count",
          "batch.batch_count is %d, more than the %d rows".formatted(batches, samples));
    }
    return new SnapshotShape(samples, neurons, batches);
  }

  private static RowBlock decodeBlock(ActivationBatch batch, SnapshotShape shape)
      throws MalformedRecordException {
    int index = atLeast("batch.batch_index", 0, batch.getBatchIndex());
    if (index >= shape.batches()) {
      throw invalid(
          "batch.batch_index",
          "batch.batch_index is %d of %d batches".formatted(index, shape.batches()));
    }
    int first = atLeast("batch.first_sample", 0, batch.getFirstSample());
    int count = atLeast("batch.sample_count", 1, batch.getSampleCount());
    if ((long) first + count > shape.samples()) {
      throw invalid(
          "batch.sample_count",
          "rows %d to %d are beyond the snapshot's %d rows"
              .formatted(first, (long) first + count - 1, shape.samples()));
    }
    long expected = (long) count * shape.neurons() * Float.BYTES;
    if (batch.getValues().size() != expected) {
      throw invalid(
          "batch.values",
          "batch.values has %d bytes; %d rows of %d neurons are %d"
              .formatted(batch.getValues().size(), count, shape.neurons(), expected));
    }
    limit("batch.values", expected, RecordLimits.MAX_BATCH_BYTES);
    return new RowBlock(index, first, count);
  }

  private static List<Integer> decodeClasses(ActivationBatch batch, RowBlock block)
      throws MalformedRecordException {
    List<Integer> classes = batch.getPredictedClassesList();
    if (!classes.isEmpty() && classes.size() != block.sampleCount()) {
      throw invalid(
          "batch.predicted_classes",
          "batch.predicted_classes has %d numbers; %d rows have as many, or none"
              .formatted(classes.size(), block.sampleCount()));
    }
    long bytes = batch.getValues().size();
    for (int number : classes) {
      if (number < 0) {
        throw invalid(
            "batch.predicted_classes",
            "batch.predicted_classes has %s; a class is a number from 0 to %d"
                .formatted(Integer.toUnsignedString(number), Integer.MAX_VALUE));
      }
      bytes += CodedOutputStream.computeUInt32SizeNoTag(number);
    }
    limit("batch.values + batch.predicted_classes", bytes, RecordLimits.MAX_BATCH_BYTES);
    return classes;
  }

  private static OptionalInt decodeLastLayer(ActivationBatch batch)
      throws MalformedRecordException {
    long neurons = 0;
    for (ActivationLayer layer : batch.getLayersList()) {
      neurons += atLeast("batch.layers.neurons", 1, layer.getNeurons());
      limit("batch.layers.name", layer.getName().length(), RecordLimits.MAX_NAME_LENGTH);
    }
    if (batch.getLayersCount() > 0 && neurons != batch.getNeuronCount()) {
      throw invalid(
          "batch.layers",
          "the layers have %d neurons, batch.neuron_count is %d"
              .formatted(neurons, batch.getNeuronCount()));
    }
    return batch.getLayersCount() == 0
        ? OptionalInt.empty()
        : OptionalInt.of(batch.getLayers(batch.getLayersCount() - 1).getNeurons());
  }

  private SnapshotMetadata decodeMetadata(
      String message, Map<String, Double> metrics, Optional<Timestamp> capturedAt)
      throws MalformedRecordException {
    limit(message + ".metrics", metrics.size(), limits.maxMetrics());
    for (String name : metrics.keySet()) {
      limit(message + ".metrics", name.length(), RecordLimits.MAX_METRIC_NAME_LENGTH);
    }
    return new SnapshotMetadata(
        capturedAt.isPresent() ? decodeTime(message + ".captured_at", capturedAt.get()) : null,
        metrics);
  }

  private static Instant decodeTime(String field, Timestamp time) throws MalformedRecordException {
    boolean valid =
        time.getSeconds() >= FIRST_SECOND
            && time.getSeconds() <= LAST_SECOND
            && time.getNanos() >= 0
            && time.getNanos() < 1_000_000_000;
    if (!valid) {
      throw invalid(field, field + " is not a time between year 1 and 9999");
    }
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }
}
