package dev.connectome.trainer.service;

import com.google.protobuf.util.Durations;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingPhase;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.ProgressTracker.Publication;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.control.TrainerControlServer;
import dev.connectome.trainer.publish.SnapshotPublisher;
import dev.connectome.trainer.registry.ControllerClient;
import dev.connectome.trainer.registry.Heartbeats;
import dev.connectome.trainer.registry.RejectedException;
import dev.connectome.trainer.service.data.TrainingData;
import dev.connectome.trainer.service.training.DiskFullException;
import dev.connectome.trainer.service.training.Training;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a trainer: register, train, keep the weights, report, end with the right exit code.
 */
final class TrainerProcess {

  private static final Logger LOG = LoggerFactory.getLogger(TrainerProcess.class);

  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;
  private static final int BAD_SETTINGS = 2;
  private static final int ENDED_BY_SIGNAL = 143;

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PATIENCE_AFTER_SIGNAL = Duration.ofSeconds(2);
  private static final Duration LAST_HEARTBEAT = Duration.ofSeconds(1);
  private static final Duration SIGNAL_GRACE = Duration.ofSeconds(60);

  private final TrainerSettings settings;
  private final StopSwitch stopSwitch = new StopSwitch();
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
  private volatile int attempt;
  private volatile ProgressTracker clock = new ProgressTracker(0, () -> Publication.NONE);
  private volatile boolean waitingForController;

  TrainerProcess(TrainerSettings settings) {
    this.settings = settings;
  }

  /**
   * Runs to the end. A signal meanwhile interrupts the training, and the process ends with this
   * exit code.
   */
  int run() {
    Thread trainer = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> endBySignal(trainer), "signal"));
    int code = FAILURE;
    try {
      code = register();
    } catch (InterruptedException e) {
      code = ENDED_BY_SIGNAL;
    } catch (IOException e) {
      LOG.error("trainer failed error=\"{}\"", e.getMessage());
      code = BAD_SETTINGS;
    } finally {
      exitCode.complete(code);
    }
    return code;
  }

  /** Lets the training come to its end, then ends with its exit code rather than the signal's. */
  private void endBySignal(Thread trainer) {
    stopSwitch.interrupt();
    if (waitingForController) {
      trainer.interrupt();
    }
    int code = ENDED_BY_SIGNAL;
    try {
      code = exitCode.get(SIGNAL_GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      LOG.error("training did not end in time graceSeconds={}", SIGNAL_GRACE.toSeconds());
    }
    Runtime.getRuntime().halt(code);
  }

  private int register() throws IOException, InterruptedException {
    try (TrainerControlServer server =
            TrainerControlServer.start(
                settings.controlHost(),
                settings.controlPort(),
                () ->
                    new TrainerControlServer.Identity(
                        settings.runUid(), attempt, settings.instanceId()),
                stopSwitch,
                () -> clock.progress());
        MetricsServer metrics = serveMetrics();
        ControllerClient controller = new ControllerClient(settings.controllerEndpoint())) {
      if (metrics != null) {
        LOG.info("metrics served address={}", metrics.address());
      }
      var registration =
          RegisterTrainerRequest.newBuilder()
              .setRunUid(settings.runUid())
              .setInstanceId(settings.instanceId())
              .setControlEndpoint(server.endpoint())
              .build();
      waitingForController = true;
      Optional<RegisterTrainerResponse> assignment =
          controller.register(registration, settings.registrationPatience());
      waitingForController = false;
      if (assignment.isEmpty()) {
        LOG.error(
            "controller away, giving up endpoint={} patience={}",
            settings.controllerEndpoint(),
            settings.registrationPatience());
        return FAILURE;
      }
      attempt = assignment.get().getAttempt();
      LOG.info(
          "registered runId={} attempt={} instanceId={}",
          settings.runUid(),
          attempt,
          settings.instanceId());
      try (SnapshotPublisher publisher =
          new SnapshotPublisher(
              settings.kafkaBootstrapServers(),
              settings.kafkaProperties(),
              settings.activationsTopic(),
              settings.runUid(),
              attempt,
              settings.snapshotBuffer())) {
        clock =
            new ProgressTracker(
                assignment.get().getSpec().getEpochs(),
                () -> new Publication(publisher.droppedSnapshots(), publisher.publicationNanos()));
        try (Heartbeats heartbeats =
            new Heartbeats(controller, registration, attempt, () -> clock.progress(), stopSwitch)) {
          heartbeats.onBudget(this::changeBudget);
          heartbeats.start(
              Duration.ofNanos(Durations.toNanos(assignment.get().getHeartbeatInterval())));
          TrainingOutcome outcome = train(assignment.get(), publisher, heartbeats);
          return report(controller, publisher, outcome);
        }
      }
    } catch (RejectedException e) {
      LOG.error("controller refuses this trainer reason=\"{}\"", e.reason());
      return FAILURE;
    }
  }

  private @Nullable MetricsServer serveMetrics() throws IOException {
    return settings.metricsPort().isEmpty()
        ? null
        : MetricsServer.start(
            settings.controlHost(),
            settings.metricsPort().getAsInt(),
            settings.runUid(),
            () -> clock.progress());
  }

  private void changeBudget(int epochs) {
    if (clock.setTotalEpochs(epochs)) {
      LOG.info("budget changed epochs={}", epochs);
    }
  }

  private TrainingSpec withDevice(TrainingSpec spec) {
    return spec.getDevice().isEmpty()
        ? spec.toBuilder().setDevice(settings.device()).build()
        : spec;
  }

  private TrainingOutcome train(
      RegisterTrainerResponse assignment, SnapshotPublisher publisher, Heartbeats heartbeats)
      throws InterruptedException {
    var outcome = TrainingOutcome.newBuilder();
    TrainingSpec spec = withDevice(assignment.getSpec());
    try {
      TrainingData data =
          TrainingData.load(spec.getData(), spec.getSeed(), settings.dataDirectory());
      try (Training training =
          new Training(
              spec,
              data,
              settings.checkpointDirectory(),
              assignment.getResume(),
              stopSwitch,
              clock,
              publisher::publish)) {
        LOG.info(
            "training begins afterEpoch={} epochs={}",
            training.completedEpochs(),
            spec.getEpochs());
        clock.enter(TrainingPhase.TRAINING_PHASE_TRAINING, training.completedEpochs());
        Training.End end = training.run();
        if (end.stop().filter(StopRequest.Interruption.class::isInstance).isPresent()) {
          heartbeats.last(LAST_HEARTBEAT);
        }
        finish(training, end, outcome);
      }
    } catch (UserException e) {
      outcome
          .setEnd(TrainingEnd.TRAINING_END_FAILED)
          .setPermanent(true)
          .setFailureMessage(e.problem());
    } catch (IOException e) {
      outcome
          .setEnd(TrainingEnd.TRAINING_END_FAILED)
          .setPermanent(e instanceof DiskFullException)
          .setFailureMessage(String.valueOf(e.getMessage()));
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.error("training failed", e);
      outcome.setEnd(TrainingEnd.TRAINING_END_FAILED).setFailureMessage(e.toString());
    }
    TrainingProgress progress = clock.progress();
    clock.enter(TrainingPhase.TRAINING_PHASE_FINISHED, progress.getCompletedEpochs());
    return outcome
        .setFinalEpoch(progress.getCompletedEpochs())
        .setTrainingTime(clock.trainingTime())
        .setProbeTime(clock.probeTime())
        .build();
  }

  /** Keeps what the way in which the training ended asks for. */
  private void finish(Training training, Training.End end, TrainingOutcome.Builder outcome)
      throws IOException, InterruptedException, UserException {
    Optional<StopRequest.Command> order = stopSwitch.command();
    if (order.isPresent() && end.stop().isPresent()) {
      LOG.info(
          "stopping commandId={} epoch={} reason=\"{}\"",
          order.get().commandId(),
          end.finalEpoch(),
          order.get().reason());
      outcome.setEnd(TrainingEnd.TRAINING_END_STOPPED).setStopCommandId(order.get().commandId());
      if (order.get().mode() != StopRequest.Mode.IMMEDIATE) {
        Optional<Integer> restore =
            order.get().restoreEpoch().isPresent()
                ? Optional.of(order.get().restoreEpoch().getAsInt())
                : Optional.empty();
        keep(training.keep(restore), outcome);
      }
    } else if (end.stop().isEmpty()) {
      outcome.setEnd(TrainingEnd.TRAINING_END_COMPLETED);
      keep(training.keep(Optional.empty()), outcome);
    } else if (end.stop().get() instanceof StopRequest.Revocation revocation) {
      training.suspend();
      outcome
          .setEnd(TrainingEnd.TRAINING_END_FAILED)
          .setPermanent(true)
          .setFailureMessage(revocation.message());
    } else {
      outcome
          .setEnd(TrainingEnd.TRAINING_END_INTERRUPTED)
          .setRestoredEpoch(end.finalEpoch())
          .setCheckpointUri(training.suspend().toUri().toString());
    }
  }

  private static void keep(Training.Result result, TrainingOutcome.Builder outcome) {
    outcome
        .setRestoredEpoch(result.epoch())
        .setCheckpointUri(result.checkpoint().toUri().toString())
        .putAllMetrics(result.metrics());
  }

  /** A disk that is full must not keep the controller from being told so. */
  private void leaveFile(ReportOutcomeRequest request) {
    if (settings.outcomeFile().isPresent()) {
      try {
        OutcomeFile.write(settings.outcomeFile().get(), request);
      } catch (IOException e) {
        LOG.warn("outcome not left as a file error=\"{}\"", e.getMessage());
      }
    }
  }

  private int report(
      ControllerClient controller, SnapshotPublisher publisher, TrainingOutcome outcome)
      throws InterruptedException, RejectedException {
    boolean interrupted = outcome.getEnd() == TrainingEnd.TRAINING_END_INTERRUPTED;
    Duration patience = interrupted ? PATIENCE_AFTER_SIGNAL : PATIENCE;
    publisher.end(
        outcome.getFinalEpoch(), interrupted ? PATIENCE_AFTER_SIGNAL : SIGNAL_GRACE.dividedBy(6));
    var request =
        ReportOutcomeRequest.newBuilder()
            .setRunUid(settings.runUid())
            .setAttempt(attempt)
            .setInstanceId(settings.instanceId())
            .setOutcome(outcome)
            .build();
    leaveFile(request);
    LOG.info(
        "training ended end={} epoch={} accuracy={} failure=\"{}\"",
        outcome.getEnd(),
        outcome.getFinalEpoch(),
        outcome.getMetricsOrDefault("testAccuracy", Double.NaN),
        outcome.getFailureMessage());
    try {
      waitingForController = true;
      if (!controller.reportOutcome(request, patience)) {
        LOG.warn("controller away, outcome left file={}", settings.outcomeFile().orElse(null));
      }
    } catch (InterruptedException e) {
      LOG.warn("told to end, outcome left file={}", settings.outcomeFile().orElse(null));
    } finally {
      waitingForController = false;
    }
    return switch (outcome.getEnd()) {
      case TRAINING_END_COMPLETED, TRAINING_END_STOPPED -> SUCCESS;
      case TRAINING_END_INTERRUPTED -> ENDED_BY_SIGNAL;
      default -> FAILURE;
    };
  }
}
