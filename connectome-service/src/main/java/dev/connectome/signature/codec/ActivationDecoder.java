package dev.connectome.signature.codec;

import static dev.connectome.signature.codec.FieldChecks.abbreviate;
import static dev.connectome.signature.codec.FieldChecks.atLeast;
import static dev.connectome.signature.codec.FieldChecks.invalid;
import static dev.connectome.signature.codec.FieldChecks.limit;
import static dev.connectome.signature.codec.FieldChecks.uid;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.activation.v1.EndOfAttempt;
import dev.connectome.signature.assembly.ActivationMessage;
import dev.connectome.signature.assembly.AttemptEnd;
import dev.connectome.signature.codec.MalformedRecordException.Defect;
import dev.connectome.signature.compute.MemoryBudget;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Decodes activation records and validates every field. */
public final class ActivationDecoder {

  private final BatchDecoder batches;

  /** Refuses records beyond the limits and snapshots that do not fit into the memory. */
  public ActivationDecoder(RecordLimits limits, MemoryBudget memory) {
    this.batches = new BatchDecoder(limits, memory);
  }

  /**
   * Decodes a record of the activations topic. The values of a batch are a view of {@code value},
   * which must not change afterwards.
   *
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
          "the key \"%s\" is not the run's uid %s"
              .formatted(abbreviate(keyText), message.runUid()));
    }
    return message;
  }

  /**
   * Validates a record.
   *
   * @throws MalformedRecordException if a field is invalid
   */
  public ActivationMessage decode(ActivationRecord record) throws MalformedRecordException {
    // The broker would refuse it for ever, and the trainer send it again.
    limit("record", record.getSerializedSize(), RecordLimits.MAX_RECORD_BYTES);
    return switch (record.getRecordCase()) {
      case BATCH -> batches.decode(record.getBatch());
      case EPOCH_METRICS -> batches.decode(record.getEpochMetrics());
      case END_OF_ATTEMPT -> decodeEnd(record.getEndOfAttempt());
      case RECORD_NOT_SET ->
          throw invalid(
              "record", "the record has neither a batch nor epoch_metrics nor an end_of_attempt");
    };
  }

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
}
