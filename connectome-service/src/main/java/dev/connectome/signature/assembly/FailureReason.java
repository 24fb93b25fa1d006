package dev.connectome.signature.assembly;

/** Why a snapshot gets no signature. */
public enum FailureReason {
  /** A newer attempt of the run began before the snapshot was complete. */
  SUPERSEDED,
  /**
   * Before the snapshot was complete, the second later epoch began, the attempt ended, or the run
   * fell silent.
   */
  INCOMPLETE,
  /** An activation was NaN or infinite. */
  NON_FINITE_ACTIVATIONS,
  /** The batches of the snapshot disagree on its shape. */
  INCONSISTENT_SHAPE
}
