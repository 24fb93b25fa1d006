package dev.connectome.controller.lifecycle;

/**
 * Why a signature was not stored.
 *
 * @param reason for programs
 * @param problem for people
 */
public record Refusal(ReceivedSignature signature, Reason reason, String problem) {

  /** Kinds of refusals. */
  public enum Reason {
    /** There is no such run; it may have been deleted. */
    UNKNOWN_RUN,
    /** The controller has never started that attempt. */
    UNKNOWN_ATTEMPT,
    /** The epoch is beyond the run's budget. */
    EPOCH_BEYOND_BUDGET
  }
}
