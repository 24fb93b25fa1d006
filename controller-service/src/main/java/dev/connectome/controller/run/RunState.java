package dev.connectome.controller.run;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

public enum RunState {
  /** Waits for a trainer, for the first time or again. */
  PENDING,
  /** A trainer was started and has not registered. */
  STARTING,
  /** A trainer is registered. */
  RUNNING,
  /** A stop command is pending. */
  STOPPING,
  /** Heartbeats are missing. */
  LOST,
  /** Stopped by a policy or a person. */
  STOPPED,
  /** All epochs were trained. */
  COMPLETED,
  /** Failed for good. */
  FAILED;

  private static final Map<RunState, Set<RunState>> NEXT = new EnumMap<>(RunState.class);

  static {
    NEXT.put(PENDING, EnumSet.of(STARTING, STOPPED, FAILED));
    NEXT.put(STARTING, EnumSet.of(RUNNING, PENDING, STOPPED, LOST, FAILED));
    NEXT.put(RUNNING, EnumSet.of(COMPLETED, STOPPING, PENDING, LOST, FAILED));
    NEXT.put(STOPPING, EnumSet.of(STOPPED, COMPLETED, LOST, FAILED));
    NEXT.put(LOST, EnumSet.of(STARTING, RUNNING, STOPPING, PENDING, STOPPED, COMPLETED, FAILED));
    NEXT.put(STOPPED, EnumSet.of(PENDING));
    NEXT.put(COMPLETED, EnumSet.of(PENDING));
    NEXT.put(FAILED, EnumSet.of(PENDING));
  }

  public boolean mayBecome(RunState next) {
    return NEXT.getOrDefault(this, Set.of()).contains(next);
  }

  /** Whether a run in this state accepts heartbeats. */
  public boolean mayHaveTrainer() {
    return this == STARTING || this == RUNNING || this == STOPPING || this == LOST;
  }

  /** Whether the run has ended, even though it may be resumed. */
  public boolean isEnd() {
    return this == STOPPED || this == COMPLETED || this == FAILED;
  }
}
