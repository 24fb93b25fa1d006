package dev.connectome.controller.lifecycle;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.store.HistoryTable.SignatureKey;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.stopping.EpochObservation;
import java.util.UUID;

/**
 * A signature record from Kafka.
 *
 * @param numbers what stopping rules see of it
 * @param record its bytes as received
 */
@SuppressWarnings("ArrayRecordComponent")
public record ReceivedSignature(UUID runUid, EpochObservation numbers, byte[] record) {

  private static final int MAX_METRICS = 64;
  private static final int MAX_NAME_LENGTH = 64;

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if it is none; the message says why
   */
  public static ReceivedSignature of(byte[] record) {
    SignatureRecord message;
    try {
      message = SignatureRecord.parseFrom(record);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("it is no signature record: " + e.getMessage(), e);
    }
    if (message.getAttempt() < 1 || message.getEpoch() < 1) {
      throw new IllegalArgumentException(
          "attempt and epoch must be 1 or more, not %d and %d"
              .formatted(message.getAttempt(), message.getEpoch()));
    }
    if (message.getMetricsCount() > MAX_METRICS) {
      throw new IllegalArgumentException(
          "it has %d metrics; at most %d are read"
              .formatted(message.getMetricsCount(), MAX_METRICS));
    }
    for (String name : message.getMetricsMap().keySet()) {
      if (name.length() > MAX_NAME_LENGTH || name.indexOf('\0') >= 0) {
        throw new IllegalArgumentException(
            "the name of a metric has %d characters, or a zero byte; at most %d characters are read"
                .formatted(name.length(), MAX_NAME_LENGTH));
      }
    }
    return new ReceivedSignature(
        UUID.fromString(message.getRunUid()), SignatureCodec.observation(message), record);
  }

  int attempt() {
    return numbers.attempt();
  }

  int epoch() {
    return numbers.epoch();
  }

  SignatureKey key() {
    return new SignatureKey(runUid, attempt(), epoch());
  }
}
