package dev.connectome.controller.lifecycle;

import dev.connectome.controller.store.HistoryTable.SignatureKey;
import java.util.UUID;

/** A signature record from Kafka, with its bytes as received. */
@SuppressWarnings("ArrayRecordComponent")
public record ReceivedSignature(UUID runUid, int attempt, int epoch, byte[] record) {

  SignatureKey key() {
    return new SignatureKey(runUid, attempt, epoch);
  }
}
