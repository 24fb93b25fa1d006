package dev.connectome.signature.faults;

import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.signature.v1.SignatureRecord;

/** Names a snapshot. */
record SnapshotKey(String runUid, int attempt, int epoch) {

  static SnapshotKey of(SignatureRecord record) {
    return new SnapshotKey(record.getRunUid(), record.getAttempt(), record.getEpoch());
  }

  static SnapshotKey of(ActivationBatch batch) {
    return new SnapshotKey(batch.getRunUid(), batch.getAttempt(), batch.getEpoch());
  }
}
