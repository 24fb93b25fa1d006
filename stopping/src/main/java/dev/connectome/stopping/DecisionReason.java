package dev.connectome.stopping;

/** Why a run is stopped. */
public enum DecisionReason {
  /** No improvement for as many points as the patience allows. */
  NO_IMPROVEMENT,
  /** The value is better than the stopping threshold. */
  THRESHOLD_REACHED,
  /** The value is worse than the divergence threshold. */
  DIVERGED,
  /** The value is NaN or infinite. */
  NOT_FINITE,
  /** The series stayed at or below a fraction of its peak. */
  PLATEAU_REACHED,
  /** The series has almost stopped falling. */
  DIMINISHING_CHANGE,
  /** The series has fallen far below its first value, and falls more slowly than it did. */
  SLOWED,
  /** The series no longer falls steadily. */
  FLAT,
  /** The series rose again after its first trough. */
  TROUGH_PASSED,
  /** A person or a pipeline requested it. */
  REQUESTED
}
