package dev.connectome.controller.launch;

import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes how attempts ended whose process is gone: by what it left behind, else by what was seen.
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

  /** Notes an end; once more changes nothing. */
  void note(UUID runUid, int attempt, ProcessExit exit) {
    try {
      Optional<TrainingOutcome> outcome = OutcomeFile.read(files.outcome(runUid, attempt));
      AttemptEnd end = outcome.map(OutcomeCodec::end).orElseGet(() -> seen(runUid, attempt, exit));
      attempts.end(runUid, attempt, end, outcome.map(TrainingOutcome::toByteArray), "launcher");
    } catch (RunException e) {
      LOG.info("trainer of a deleted run ended runId={} attempt={}", runUid, attempt);
    }
    store.inTransaction(
        transaction -> {
          transaction.attempts().processGone(runUid, attempt);
          return runUid;
        });
  }

  private AttemptEnd seen(UUID runUid, int attempt, ProcessExit exit) {
    return exit.asked()
        ? new AttemptEnd.Interrupted()
        : new AttemptEnd.Gone(describe(runUid, attempt, exit.what()));
  }

  private String describe(UUID runUid, int attempt, String what) {
    String line = files.lastLogLine(runUid, attempt);
    Path log = files.log(runUid, attempt);
    return line.isEmpty()
        ? what + "; its log is empty: " + log
        : "%s; the last line of %s is: %s".formatted(what, log, line);
  }
}
