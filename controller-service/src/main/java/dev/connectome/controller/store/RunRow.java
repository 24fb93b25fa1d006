package dev.connectome.controller.store;

import dev.connectome.controller.run.RunState;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A run as it is stored.
 *
 * @param uid the run
 * @param runId its name
 * @param launcher who starts its trainers
 * @param definition what was asked for, as stored
 * @param state its state
 * @param lostFrom the state that it left for LOST
 * @param stateMessage why it is in its state
 * @param attempt its newest attempt; 0 before the first
 * @param failures failures in a row
 * @param position of its latest event or signature
 * @param judgedAttempt the attempt of the latest point that was judged
 * @param judgedEpoch the epoch of that point
 * @param stages when each stage began, as stored
 * @param completedEpochs epochs trained, as far as is known
 * @param progress what the trainer told last, as stored
 * @param outcome how the latest ended attempt ended, as stored
 * @param createTime when it was created
 * @param startTime when its first trainer registered
 * @param endTime when it ended
 */
@SuppressWarnings("ArrayRecordComponent")
public record RunRow(
    UUID uid,
    String runId,
    String launcher,
    byte[] definition,
    RunState state,
    Optional<RunState> lostFrom,
    String stateMessage,
    int attempt,
    int failures,
    long position,
    int judgedAttempt,
    int judgedEpoch,
    String stages,
    int completedEpochs,
    Optional<byte[]> progress,
    Optional<byte[]> outcome,
    Instant createTime,
    Optional<Instant> startTime,
    Optional<Instant> endTime) {

  /** Launcher: the controller's own machine. */
  public static final String LOCAL = "LOCAL";

  /** Launcher: Jobs on a Kubernetes cluster. */
  public static final String KUBERNETES = "KUBERNETES";

  /** Launcher: somebody else. */
  public static final String EXTERNAL = "EXTERNAL";

  private static final Pattern UID =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  /**
   * Whether a text is a uid rather than a name.
   *
   * @param text what somebody calls a run
   * @return whether it has the form of a UUID
   */
  public static boolean isUid(String text) {
    return UID.matcher(text).matches();
  }

  /**
   * The state, or the one that it left for LOST.
   *
   * @return the state as if no heartbeat were missing
   */
  public RunState effectiveState() {
    return state == RunState.LOST ? lostFrom.orElse(RunState.RUNNING) : state;
  }
}
