package dev.connectome.signature.assembly;

/** What a record means for its run. */
public sealed interface Step {

  /** Nothing: the state is unchanged and nothing is written. */
  record Ignored(IgnoredReason reason) implements Step {}

  /** The batch must be stored until the rest of its snapshot arrives. */
  record Stored() implements Step {}

  /** The batch completes its snapshot, which includes it: the signature must be computed. */
  record Completed(OpenSnapshot snapshot) implements Step {}

  /** The epoch was not probed: its metrics must be published. */
  record Measured(EpochMetrics metrics) implements Step {}

  /** The record has no rows that are needed; it may have closed snapshots. */
  record Closed() implements Step {}
}
