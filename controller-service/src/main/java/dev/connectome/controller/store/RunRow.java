package dev.connectome.controller.store;

import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.run.RunState;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A row of the table of runs, with its latest heartbeat.
 *
 * @param definition a serialized {@code TrainingRun} message
 * @param lostFrom the state before LOST
 * @param quarantine why the run cannot be processed; empty if it can
 * @param attempt the newest attempt; 0 before the first
 * @param early trainers that ended early in a row, without progress
 * @param position of the latest event or signature
 * @param evaluatedAttempt the attempt of the latest point that policies have evaluated
 * @param evaluatedEpoch the epoch of that point
 * @param consumedEpoch the last epoch of the enforcing policy's decision that was consumed; 0 for
 *     none
 * @param rearmEpoch the epoch from which that policy decides again whatever its condition; 0 for
 *     none
 * @param stages the start of each stage
 * @param holds a serialized {@code TrainingRun} message with only the holds of its policies
 * @param progress a serialized message, from the latest heartbeat
 * @param outcome a serialized message, of the latest attempt that ended
 * @param updateTime when the latest event or signature was stored
 * @param startTime when its first trainer registered
 */
@SuppressWarnings("ArrayRecordComponent")
public record RunRow(
    UUID uid,
    String runId,
    LauncherType launcher,
    byte[] definition,
    RunState state,
    Optional<RunState> lostFrom,
    String stateMessage,
    String quarantine,
    int attempt,
    AttemptEnd.Early early,
    long position,
    int evaluatedAttempt,
    int evaluatedEpoch,
    int consumedEpoch,
    int rearmEpoch,
    String stages,
    Optional<byte[]> holds,
    int completedEpochs,
    Optional<byte[]> progress,
    Optional<byte[]> outcome,
    Instant createTime,
    Instant updateTime,
    Optional<Instant> startTime,
    Optional<Instant> endTime) {

  private static final Pattern UID =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  /** Whether a string is a run's uid rather than its name. */
  public static boolean isUid(String text) {
    return UID.matcher(text).matches();
  }

  /** The state, or the state before LOST. */
  public RunState effectiveState() {
    return state == RunState.LOST ? lostFrom.orElse(RunState.RUNNING) : state;
  }
}
