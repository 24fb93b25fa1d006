package dev.connectome.benchmarks.pipeline;

import dev.connectome.protos.signature.v1.SignatureRecord;

/** Identifies a snapshot; every simulated run has one attempt. */
record SnapshotId(String runUid, int epoch) {

  static SnapshotId of(SyntheticRun run, int epoch) {
    return new SnapshotId(run.uid().toString(), epoch);
  }

  static SnapshotId of(SignatureRecord record) {
    return new SnapshotId(record.getRunUid(), record.getEpoch());
  }
}
