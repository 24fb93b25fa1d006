package dev.connectome.controller.run;

/** How far a stop has come. */
public enum StopPhase {
  /** Recorded; the trainer has not answered a push. */
  PENDING,
  /** The trainer has answered a push. */
  ACKNOWLEDGED,
  /** Its time is over: the trainer is being terminated. */
  ESCALATED,
  /** Its time is over and nobody here can terminate the trainer. The run is closed. */
  GIVEN_UP,
  /** The trainer has ended. */
  DONE,
  /** The run ended by itself first. */
  MOOT
}
