package dev.connectome.signature.assembly;

/** What a record did to its run. */
public sealed interface Step {

  /**
   * Nothing: the state is as before and nothing is to be written.
   *
   * @param reason why
   */
  record Ignored(IgnoredReason reason) implements Step {}

  /** The batch is to be stored until the others of its snapshot arrive. */
  record Kept() implements Step {}

  /**
   * With this batch the snapshot is complete: its signature is to be computed.
   *
   * @param snapshot the snapshot, the batch included
   */
  record Completed(OpenSnapshot snapshot) implements Step {}

  /** The record brought no rows that are needed; it may have closed snapshots. */
  record Closed() implements Step {}
}
