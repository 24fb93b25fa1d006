package dev.connectome.signature.assembly;

/** Why a snapshot gets no signature. */
public enum FailureReason {
  /**
   * Before the snapshot was complete, the second later epoch began, the attempt ended, or the
   * attempt fell silent.
   */
  INCOMPLETE,
  /** An activation was NaN or infinite. */
  NON_FINITE_ACTIVATIONS,
  /** The batches of the snapshot disagree on its shape. */
  INCONSISTENT_SHAPE
}
