package dev.connectome.benchmarks.pipeline;

import dev.connectome.protos.signature.v1.SignatureRecord;

/**
 * Names a snapshot; every run that is played has one attempt.
 *
 * @param runUid the run
 * @param epoch the epoch, from 1
 */
record SnapshotId(String runUid, int epoch) {

  static SnapshotId of(SyntheticRun run, int epoch) {
    return new SnapshotId(run.uid().toString(), epoch);
  }

  static SnapshotId of(SignatureRecord record) {
    return new SnapshotId(record.getRunUid(), record.getEpoch());
  }
}
