package dev.connectome.controller.run;

import java.util.Optional;

/**
 * What is wanted of an attempt. It is stored in the transaction that changes the run, and only goes
 * on, from RUN to STOP to GONE; launchers and the delivery of stops compare it with what they
 * observe.
 */
public enum Wanted {
  /** A trainer that trains. */
  RUN,
  /** A trainer that obeys its stop command. */
  STOP,
  /** No trainer. */
  GONE;

  /** What a run that enters a state wants of its newest attempt; empty if that stays as it was. */
  public static Optional<Wanted> on(RunState entered) {
    return switch (entered) {
      case STARTING, RUNNING, LOST -> Optional.empty();
      case STOPPING -> Optional.of(STOP);
      case PENDING, STOPPED, COMPLETED, FAILED -> Optional.of(GONE);
    };
  }
}
