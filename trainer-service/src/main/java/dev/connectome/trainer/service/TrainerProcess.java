package dev.connectome.trainer.service;

import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.registry.PlatformSettings;
import dev.connectome.trainer.registry.RejectedException;
import dev.connectome.trainer.registry.TrainerSession;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** The life of a trainer process: register, train, report, exit with the right code. */
final class TrainerProcess {

  private static final Logger LOG = LoggerFactory.getLogger(TrainerProcess.class);

  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;
  private static final int BAD_SETTINGS = 2;
  private static final int ENDED_BY_SIGNAL = 143;

  private static final Duration REPORT_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration PUBLICATION_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration TIMEOUT_AFTER_SIGNAL = Duration.ofSeconds(2);
  private static final Duration SIGNAL_GRACE_PERIOD = Duration.ofSeconds(60);

  private final TrainerSettings settings;
  private final StopSwitch stopSwitch = new StopSwitch();
  private final ProgressTracker progress = new ProgressTracker(0);
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
  private volatile boolean waitingForController;

  TrainerProcess(TrainerSettings settings) {
    this.settings = settings;
  }

  /** Returns the exit code, with which the process ends also after a signal. */
  int run() {
    Thread trainer = Thread.currentThread();
    handleSignals(trainer);
    int code = FAILURE;
    try (MetricsServer metrics = serveMetrics()) {
      if (metrics != null) {
        LOG.info("metrics served address={}", metrics.address());
      }
      code = trainAndReport();
    } catch (InterruptedException e) {
      code = ENDED_BY_SIGNAL;
    } catch (RejectedException e) {
      LOG.error("rejected by the controller reason=\"{}\"", e.reason());
    } catch (IOException e) {
      LOG.error("trainer failed error=\"{}\"", e.getMessage());
      code = BAD_SETTINGS;
    } finally {
      exitCode.complete(code);
    }
    return code;
  }

  /**
   * The first lets the training end. A second from a keyboard ends the process; those of a service
   * manager and of a launcher may both come, and neither knows of the other. Not by a shutdown
   * hook: beside it, that of the log would end the log.
   */
  private void handleSignals(Thread trainer) {
    var first = new AtomicBoolean(true);
    for (String name : List.of("TERM", "INT", "HUP")) {
      Signal.handle(
          new Signal(name),
          signal -> {
            if (first.getAndSet(false)) {
              LOG.info("signal received, the training ends signal={}", name);
              var ending = new Thread(() -> endAfterSignal(trainer), "signal");
              ending.setDaemon(true);
              ending.start();
            } else if (name.equals("INT")) {
              LOG.warn("second signal received, ending at once signal={}", name);
              Runtime.getRuntime().halt(ENDED_BY_SIGNAL);
            }
          });
    }
  }

  /** Lets the training finish, then exits with its code instead of the signal's. */
  private void endAfterSignal(Thread trainer) {
    stopSwitch.interrupt();
    if (waitingForController) {
      trainer.interrupt();
    }
    int code = ENDED_BY_SIGNAL;
    try {
      code = exitCode.get(SIGNAL_GRACE_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      LOG.error("training did not end in time graceSeconds={}", SIGNAL_GRACE_PERIOD.toSeconds());
    }
    Runtime.getRuntime().halt(code);
  }

  private @Nullable MetricsServer serveMetrics() throws IOException {
    return settings.metricsPort().isEmpty()
        ? null
        : MetricsServer.start(
            settings.platform().controlHost(),
            settings.metricsPort().getAsInt(),
            settings.runUid(),
            progress::progress);
  }

  private int trainAndReport() throws RejectedException, IOException, InterruptedException {
    PlatformSettings platform = settings.platformWithKafkaProperties();
    waitingForController = true;
    Optional<TrainerSession> opened =
        TrainerSession.open(
            platform,
            settings.runUid(),
            settings.instanceId(),
            settings.registrationTimeout(),
            stopSwitch,
            progress);
    waitingForController = false;
    if (opened.isEmpty()) {
      LOG.error(
          "controller unreachable, giving up endpoint={} patience={}",
          platform.controllerEndpoint(),
          settings.registrationTimeout());
      return FAILURE;
    }
    try (TrainerSession session = opened.get()) {
      LOG.info(
          "registered runId={} attempt={} instanceId={}",
          settings.runUid(),
          session.attempt(),
          settings.instanceId());
      session.startHeartbeats(this::changeBudget);
      return report(session, new AssignedTraining(settings, session, stopSwitch, progress).run());
    }
  }

  private void changeBudget(int epochs) {
    if (progress.setTotalEpochs(epochs)) {
      LOG.info("budget changed epochs={}", epochs);
    }
  }

  private int report(TrainerSession session, TrainingOutcome outcome)
      throws InterruptedException, RejectedException {
    boolean interrupted = outcome.getEnd() == TrainingEnd.TRAINING_END_INTERRUPTED;
    session.endPublication(
        outcome.getFinalEpoch(), interrupted ? TIMEOUT_AFTER_SIGNAL : PUBLICATION_TIMEOUT);
    ReportOutcomeRequest request = session.outcomeRequest(outcome);
    writeFile(request);
    LOG.info(
        "training ended end={} epoch={} kept={} ofEpoch={} accuracy={} failure=\"{}\"",
        outcome.getEnd(),
        outcome.getFinalEpoch(),
        outcome.getKeptWeights(),
        outcome.getRestoredEpoch(),
        outcome.getMetricsOrDefault("testAccuracy", Double.NaN),
        outcome.getFailureMessage());
    try {
      waitingForController = true;
      if (!session.report(request, interrupted ? TIMEOUT_AFTER_SIGNAL : REPORT_TIMEOUT)) {
        LOG.warn("controller unreachable, outcome only in file={}", outcomeFile());
      }
    } catch (InterruptedException e) {
      LOG.warn("interrupted by a signal, outcome only in file={}", outcomeFile());
    } finally {
      waitingForController = false;
    }
    return switch (outcome.getEnd()) {
      case TRAINING_END_COMPLETED, TRAINING_END_STOPPED -> SUCCESS;
      case TRAINING_END_INTERRUPTED -> ENDED_BY_SIGNAL;
      default -> FAILURE;
    };
  }

  /** A full disk must not prevent the report to the controller. */
  private void writeFile(ReportOutcomeRequest request) {
    if (settings.outcomeFile().isPresent()) {
      try {
        OutcomeFile.write(settings.outcomeFile().get(), request);
      } catch (IOException e) {
        LOG.warn("outcome file not written error=\"{}\"", e.getMessage());
      }
    }
  }

  private String outcomeFile() {
    return settings.outcomeFile().map(Path::toString).orElse("none");
  }
}
