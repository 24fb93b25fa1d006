package dev.connectome.signature.codec;

import static dev.connectome.signature.codec.FieldChecks.atLeast;
import static dev.connectome.signature.codec.FieldChecks.invalid;
import static dev.connectome.signature.codec.FieldChecks.limit;
import static dev.connectome.signature.codec.FieldChecks.shortened;
import static dev.connectome.signature.codec.FieldChecks.uid;
import static dev.connectome.signature.codec.FieldChecks.within;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.connectome.protos.activation.v1.ActivationLayer;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.activation.v1.EndOfAttempt;
import dev.connectome.signature.assembly.ActivationBatch;
import dev.connectome.signature.assembly.ActivationMessage;
import dev.connectome.signature.assembly.AttemptEnd;
import dev.connectome.signature.assembly.RowBlock;
import dev.connectome.signature.assembly.SnapshotMetadata;
import dev.connectome.signature.assembly.SnapshotShape;
import dev.connectome.signature.codec.MalformedRecordException.Defect;
import java.io.IOException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads activation records and checks every field of them. */
public final class ActivationDecoder {

  /** The range of a Timestamp: from the beginning of year 1 to the end of year 9999. */
  private static final long FIRST_SECOND = -62_135_596_800L;

  private static final long LAST_SECOND = 253_402_300_799L;

  private final RecordLimits limits;

  /**
   * Reads records within limits.
   *
   * @param limits what a record may ask for
   */
  public ActivationDecoder(RecordLimits limits) {
    this.limits = limits;
  }

  /**
   * Reads a record of the activations topic.
   *
   * @param key the record's key
   * @param value the record's value
   * @return what it says
   * @throws MalformedRecordException if it is not a valid record
   */
  public ActivationMessage decode(byte @Nullable [] key, byte @Nullable [] value)
      throws MalformedRecordException {
    if (value == null) {
      throw new MalformedRecordException(Defect.NOT_PROTOBUF, "", "the record has no value");
    }
    ActivationMessage message;
    try {
      message = decode(parse(value));
    } catch (IOException e) {
      throw new MalformedRecordException(
          Defect.NOT_PROTOBUF, "", "the value is not an ActivationRecord: " + e.getMessage());
    }
    String keyText = key == null ? "" : new String(key, UTF_8);
    if (!keyText.equals(message.runUid().toString())) {
      throw new MalformedRecordException(
          Defect.KEY_MISMATCH,
          "",
          "the key \"%s\" is not the run's uid %s".formatted(shortened(keyText), message.runUid()));
    }
    return message;
  }

  /**
   * Checks a record.
   *
   * @param record the record
   * @return what it says
   * @throws MalformedRecordException if a field of it is not valid
   */
  public ActivationMessage decode(ActivationRecord record) throws MalformedRecordException {
    return switch (record.getRecordCase()) {
      case BATCH -> decodeBatch(record.getBatch());
      case END_OF_ATTEMPT -> decodeEnd(record.getEndOfAttempt());
      case RECORD_NOT_SET ->
          throw invalid("record", "the record has neither a batch nor an end_of_attempt");
    };
  }

  /** The values of the message are a view of the array, which nobody changes. */
  private static ActivationRecord parse(byte[] value) throws IOException {
    CodedInputStream input = UnsafeByteOperations.unsafeWrap(value).newCodedInput();
    input.enableAliasing(true);
    ActivationRecord record = ActivationRecord.parseFrom(input);
    input.checkLastTagWas(0);
    return record;
  }

  private static AttemptEnd decodeEnd(EndOfAttempt end) throws MalformedRecordException {
    UUID runUid = uid("end_of_attempt.run_uid", end.getRunUid());
    atLeast("end_of_attempt.final_epoch", 0, end.getFinalEpoch());
    return new AttemptEnd(runUid, atLeast("end_of_attempt.attempt", 1, end.getAttempt()));
  }

  private ActivationBatch decodeBatch(dev.connectome.protos.activation.v1.ActivationBatch batch)
      throws MalformedRecordException {
    UUID runUid = uid("batch.run_uid", batch.getRunUid());
    int attempt = atLeast("batch.attempt", 1, batch.getAttempt());
    int epoch = within("batch.epoch", 1, batch.getEpoch(), limits.maxEpoch());
    SnapshotShape shape = decodeShape(batch);
    RowBlock block = decodeBlock(batch, shape);
    checkLayers(batch);
    return new ActivationBatch(
        runUid,
        attempt,
        epoch,
        shape,
        block,
        batch.getValues().asReadOnlyByteBuffer(),
        decodeNotes(batch));
  }

  private SnapshotShape decodeShape(dev.connectome.protos.activation.v1.ActivationBatch batch)
      throws MalformedRecordException {
    int samples =
        within(
            "batch.snapshot_samples", 1, batch.getSnapshotSamples(), limits.maxSnapshotSamples());
    int neurons = within("batch.neuron_count", 2, batch.getNeuronCount(), limits.maxNeurons());
    limit(
        "batch.snapshot_samples * batch.neuron_count * 4",
        (long) samples * neurons * Float.BYTES,
        limits.maxSnapshotBytes());
    int batches = within("batch.batch_count", 1, batch.getBatchCount(), limits.maxBatches());
    if (batches > samples) {
      throw invalid(
          "batch.batch_count",
          "batch.batch_count is %d, more than the %d rows".formatted(batches, samples));
    }
    return new SnapshotShape(samples, neurons, batches);
  }

  private static RowBlock decodeBlock(
      dev.connectome.protos.activation.v1.ActivationBatch batch, SnapshotShape shape)
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

  private static void checkLayers(dev.connectome.protos.activation.v1.ActivationBatch batch)
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
  }

  private SnapshotMetadata decodeNotes(dev.connectome.protos.activation.v1.ActivationBatch batch)
      throws MalformedRecordException {
    limit("batch.metrics", batch.getMetricsCount(), limits.maxMetrics());
    for (String name : batch.getMetricsMap().keySet()) {
      limit("batch.metrics", name.length(), RecordLimits.MAX_NAME_LENGTH);
    }
    return new SnapshotMetadata(
        batch.hasCapturedAt() ? decodeTime(batch.getCapturedAt()) : null, batch.getMetricsMap());
  }

  private static Instant decodeTime(Timestamp time) throws MalformedRecordException {
    boolean valid =
        time.getSeconds() >= FIRST_SECOND
            && time.getSeconds() <= LAST_SECOND
            && time.getNanos() >= 0
            && time.getNanos() < 1_000_000_000;
    if (!valid) {
      throw invalid("batch.captured_at", "batch.captured_at is not a time between year 1 and 9999");
    }
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }
}
