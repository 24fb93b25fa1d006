package dev.connectome.trainer.service;

import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingPhase;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.registry.TrainerSession;
import dev.connectome.trainer.service.data.TrainingData;
import dev.connectome.trainer.service.training.DiskFullException;
import dev.connectome.trainer.service.training.EngineLibrary;
import dev.connectome.trainer.service.training.LaterFormatException;
import dev.connectome.trainer.service.training.Training;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains what the controller has assigned, and turns its end or failure into an outcome. */
final class AssignedTraining {

  private static final Logger LOG = LoggerFactory.getLogger(AssignedTraining.class);
  private static final Duration LAST_HEARTBEAT_TIMEOUT = Duration.ofSeconds(1);

  private final TrainerSettings settings;
  private final TrainerSession session;
  private final StopSwitch stopSwitch;
  private final ProgressTracker progress;

  AssignedTraining(
      TrainerSettings settings,
      TrainerSession session,
      StopSwitch stopSwitch,
      ProgressTracker progress) {
    this.settings = settings;
    this.session = session;
    this.stopSwitch = stopSwitch;
    this.progress = progress;
  }

  TrainingOutcome run() throws InterruptedException {
    var outcome = TrainingOutcome.newBuilder();
    try {
      train(outcome);
    } catch (UserException e) {
      fail(outcome, e.problem()).setPermanent(true);
    } catch (IOException e) {
      fail(outcome, String.valueOf(e.getMessage()))
          .setPermanent(e instanceof DiskFullException || e instanceof LaterFormatException);
    } catch (OutOfMemoryError e) {
      LOG.error("out of memory", e);
      fail(
          outcome,
          "the trainer's heap of %d MiB is too small (%s): give trainers a larger one, with -Xmx or, on one machine, with CONNECTOME_TRAINER_HEAP for connectome up"
              .formatted(Runtime.getRuntime().maxMemory() >> 20, e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("training failed", e);
      fail(outcome, e.toString());
    }
    progress.enter(TrainingPhase.TRAINING_PHASE_FINISHED);
    TrainingProgress last = progress.progress();
    return outcome
        .setFinalEpoch(last.getCompletedEpochs())
        .setTrainingTime(last.getTrainingTime())
        .setProbeTime(last.getProbeTime())
        .build();
  }

  private static TrainingOutcome.Builder fail(TrainingOutcome.Builder outcome, String message) {
    return outcome.setEnd(TrainingEnd.TRAINING_END_FAILED).setFailureMessage(message);
  }

  private void train(TrainingOutcome.Builder outcome)
      throws IOException, InterruptedException, UserException {
    EngineLibrary.load();
    TrainingSpec spec = withDevice(session.spec());
    TrainingData data = TrainingData.load(spec.getData(), spec.getSeed(), settings.dataDirectory());
    try (Training training =
        new Training(
            spec,
            data,
            settings.checkpointDirectory(),
            session.resumes(),
            stopSwitch,
            progress,
            session::publish)) {
      LOG.info(
          "training begins afterEpoch={} epochs={}", training.completedEpochs(), spec.getEpochs());
      progress.setCompletedEpochs(training.completedEpochs());
      progress.enter(TrainingPhase.TRAINING_PHASE_TRAINING);
      Training.Ended end = training.run();
      if (end.stop().filter(StopRequest.Interruption.class::isInstance).isPresent()) {
        session.sendLastHeartbeat(LAST_HEARTBEAT_TIMEOUT);
      }
      finish(training, end, outcome);
    }
  }

  private TrainingSpec withDevice(TrainingSpec spec) {
    return spec.getDevice().isEmpty()
        ? spec.toBuilder().setDevice(settings.device()).build()
        : spec;
  }

  /** An interrupted training counts as stopped if the last heartbeat brought a stop command. */
  private void finish(Training training, Training.Ended end, TrainingOutcome.Builder outcome)
      throws IOException, InterruptedException, UserException {
    Optional<StopRequest.Command> command = stopSwitch.command();
    if (end.stop().isEmpty()) {
      outcome.setEnd(TrainingEnd.TRAINING_END_COMPLETED);
      keepWeights(training, Optional.empty(), outcome);
    } else if (command.isPresent()) {
      stop(training, end, command.get(), outcome);
    } else if (end.stop().get() instanceof StopRequest.Revocation revocation) {
      training.saveCheckpoint();
      fail(outcome, revocation.message()).setPermanent(true);
    } else {
      outcome
          .setEnd(TrainingEnd.TRAINING_END_INTERRUPTED)
          .setRestoredEpoch(end.finalEpoch())
          .setCheckpointUri(training.saveCheckpoint().toUri().toString());
    }
  }

  private static void stop(
      Training training,
      Training.Ended end,
      StopRequest.Command command,
      TrainingOutcome.Builder outcome)
      throws IOException, InterruptedException, UserException {
    LOG.info(
        "stopping commandId={} epoch={} reason=\"{}\"",
        command.commandId(),
        end.finalEpoch(),
        command.reason());
    outcome.setEnd(TrainingEnd.TRAINING_END_STOPPED).setStopCommandId(command.commandId());
    if (command.mode() != StopRequest.Mode.IMMEDIATE) {
      Optional<Integer> restoreEpoch =
          command.restoreEpoch().isPresent()
              ? Optional.of(command.restoreEpoch().getAsInt())
              : Optional.empty();
      keepWeights(training, restoreEpoch, outcome);
    }
  }

  private static void keepWeights(
      Training training, Optional<Integer> restoreEpoch, TrainingOutcome.Builder outcome)
      throws IOException, InterruptedException, UserException {
    Training.Result kept = training.keepWeights(restoreEpoch);
    outcome
        .setRestoredEpoch(kept.epoch())
        .setKeptWeights(kept.weights())
        .setCheckpointUri(kept.checkpoint().toUri().toString())
        .putAllMetrics(kept.metrics());
  }
}
