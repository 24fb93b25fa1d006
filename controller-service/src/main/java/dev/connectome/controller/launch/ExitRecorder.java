package dev.connectome.controller.launch;

import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.store.AttemptRow;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records the ends of attempts whose process has exited: from the outcome file if there is one,
 * otherwise from the exit.
 */
final class ExitRecorder {

  private static final Logger LOG = LoggerFactory.getLogger(ExitRecorder.class);

  private final Store store;
  private final Attempts attempts;
  private final RunFiles files;

  ExitRecorder(Store store, Attempts attempts, RunFiles files) {
    this.store = store;
    this.attempts = attempts;
    this.files = files;
  }

  /** Idempotent. */
  void record(UUID runUid, int attempt, ProcessExit exit) {
    try {
      Optional<TrainingOutcome> outcome = readOutcome(files.outcome(runUid, attempt));
      AttemptEnd end = outcome.map(OutcomeCodec::end).orElseGet(() -> infer(runUid, attempt, exit));
      attempts.end(runUid, attempt, end, outcome.map(TrainingOutcome::toByteArray), Actor.LAUNCHER);
    } catch (RunException e) {
      LOG.info("trainer of a deleted run ended runId={} attempt={}", runUid, attempt);
    }
    store.inTransaction(
        transaction -> {
          transaction.attempts().clearProcess(runUid, attempt);
          return runUid;
        });
  }

  /** An earlier controller may have told the process to end, and have ended before it. */
  private boolean wasTerminated(UUID runUid, int attempt) {
    return store
        .inTransaction(transaction -> transaction.attempts().find(runUid, attempt))
        .filter(AttemptRow::terminated)
        .isPresent();
  }

  /** Records that a process is told to end: its end is no failure, whoever sees it. */
  void recordTermination(AttemptKey key) {
    try {
      store.inTransaction(
          transaction -> {
            transaction.attempts().setTerminated(key.runUid(), key.attempt());
            return key;
          });
    } catch (RuntimeException e) {
      LOG.warn(
          "termination not recorded runId={} attempt={} error=\"{}\"",
          key.runUid(),
          key.attempt(),
          e.toString());
    }
  }

  /** Trainers leave their outcome in this file in case no controller is reachable. */
  private static Optional<TrainingOutcome> readOutcome(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return ReportedOutcome.parse(Files.readString(file));
    } catch (IOException e) {
      LOG.warn("outcome file unreadable path={} error=\"{}\"", file, e.getMessage());
      return Optional.empty();
    }
  }

  private AttemptEnd infer(UUID runUid, int attempt, ProcessExit exit) {
    if (exit.requested() || wasTerminated(runUid, attempt)) {
      return new AttemptEnd.Interrupted();
    }
    String tail = files.logTail(runUid, attempt);
    Optional<CrashReport> crash = CrashReport.find(tail);
    if (crash.isPresent()) {
      return new AttemptEnd.Gone(exit.description() + ": " + crash.get().description());
    }
    String line = tail.lines().filter(said -> !said.isBlank()).reduce("", (a, last) -> last);
    Path log = files.log(runUid, attempt);
    return new AttemptEnd.Gone(
        line.isEmpty()
            ? exit.description() + "; its log is empty: " + log
            : "%s; the last line of %s is: %s".formatted(exit.description(), log, line));
  }
}
