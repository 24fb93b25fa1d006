package dev.connectome.trainer.djl;

import ai.djl.ndarray.NDList;
import ai.djl.training.Trainer;
import ai.djl.training.listener.EarlyStoppingListener.EarlyStoppedException;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import dev.connectome.protos.trainer.v1.ProbeSpec;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingPhase;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.control.StopSwitch.Boundary;
import dev.connectome.trainer.probe.ActivationProbe;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects a DJL training to a run of the platform: the network is observed after every epoch, and
 * when the platform stops the run, the training ends with DJL's {@link EarlyStoppedException}. Use
 * one listener per {@link Trainer}, and add it after all others, so that they see an epoch that
 * ends early.
 *
 * <p>The listener registers when the trainer is made, runs the probe on the training thread,
 * publishes on a thread of its own, and reports the outcome when the trainer is closed. If the
 * controller is unreachable at the beginning, the training runs unobserved. If the controller or
 * the broker becomes unreachable later, the training continues, and they are updated once they are
 * back. If the network fails on the probe, the training continues unobserved. The training waits
 * only at its beginning and its end, for the timeout set with {@link
 * ConnectomeListenerBuilder#optControllerTimeout}.
 */
public final class ConnectomeListener implements TrainingListener {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectomeListener.class);
  private static final Duration TIMEOUT_AFTER_SIGNAL = Duration.ofSeconds(2);

  private final ListenerSettings settings;
  private final StopSwitch stopSwitch = new StopSwitch();
  private final ProgressTracker progress = new ProgressTracker(0);
  private @Nullable ListenerSession session;
  private @Nullable ProbeSampler sampler;
  private @Nullable ActivationProbe probe;
  private @Nullable Thread shutdownHook;
  private long lastReturn;
  private boolean midEpoch;
  private boolean stopped;
  private boolean probing = true;

  ConnectomeListener(ListenerSettings settings) {
    this.settings = settings;
  }

  /**
   * Makes a listener from the environment: {@code CONNECTOME_RUN} (name or uid), {@code
   * CONNECTOME_CONTROLLER_ENDPOINT} and {@code CONNECTOME_KAFKA_BOOTSTRAP_SERVERS}.
   *
   * @return the listener
   * @throws IllegalArgumentException if {@code CONNECTOME_RUN} is not set
   */
  public static ConnectomeListener ofEnvironment() {
    return builder().build();
  }

  /**
   * Returns a builder. Settings that it is not given are read from the environment.
   *
   * @return the builder
   */
  public static ConnectomeListenerBuilder builder() {
    return new ConnectomeListenerBuilder(System.getenv());
  }

  /**
   * Returns the epoch whose weights the platform wants to keep instead of the last ones. They can
   * be loaded if the training saved its weights after every epoch.
   *
   * @return the epoch, from 1; empty if the platform did not stop the training or wants the last
   *     weights
   */
  public OptionalInt restoreEpoch() {
    return stopSwitch.command().map(StopRequest.Command::restoreEpoch).orElse(OptionalInt.empty());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the controller rejects this trainer
   * @throws IllegalArgumentException if the network cannot be observed
   */
  @Override
  public void onTrainingBegin(Trainer trainer) {
    ListenerSession opened = ListenerSession.open(settings, stopSwitch, progress).orElse(null);
    if (opened == null) {
      return;
    }
    ProbeSpec spec = opened.spec().getProbe();
    try {
      LOG.info(
          "observing layers={}",
          ActivationProbe.check(trainer.getModel().getBlock(), spec.getLayersList()));
    } catch (IllegalArgumentException e) {
      opened.end(
          failed(String.valueOf(e.getMessage())).setPermanent(true).build(),
          settings.controllerTimeout());
      throw e;
    }
    session = opened;
    if (settings.probe().isEmpty()) {
      sampler = new ProbeSampler(spec.getSamples(), opened.spec().getSeed());
    }
    shutdownHook = new Thread(() -> endAfterSignal(opened), "connectome-signal");
    Runtime.getRuntime().addShutdownHook(shutdownHook);
    lastReturn = System.nanoTime();
  }

  /**
   * {@inheritDoc}
   *
   * @throws EarlyStoppedException if the training should stop now; the network has the weights
   *     after the previous mini-batch
   */
  @Override
  public void onTrainingBatch(Trainer trainer, BatchData batchData) {
    if (session == null) {
      return;
    }
    midEpoch = true;
    NDList inputs = batchData.getBatch().getData();
    progress.enter(TrainingPhase.TRAINING_PHASE_TRAINING);
    progress.trained(System.nanoTime() - lastReturn, inputs.head().getShape().get(0));
    if (sampler != null) {
      sampler.add(inputs);
    }
    stopIfDue(Boundary.MINI_BATCH);
    lastReturn = System.nanoTime();
  }

  @Override
  public void onValidationBatch(Trainer trainer, BatchData batchData) {}

  /**
   * {@inheritDoc}
   *
   * @throws EarlyStoppedException if the training should stop now
   */
  @Override
  public void onEpoch(Trainer trainer) {
    ListenerSession joined = session;
    if (joined == null) {
      return;
    }
    midEpoch = false;
    int epoch = progress.completedEpochs() + 1;
    progress.epochEnded(epoch, EvaluatorMetrics.of(trainer));
    if (probing && epoch % Math.max(1, joined.spec().getProbe().getEveryEpochs()) == 0) {
      observe(trainer, joined, epoch);
    }
    stopIfDue(Boundary.EPOCH);
    lastReturn = System.nanoTime();
  }

  /** Whatever the network makes of the probe, it is no reason to end its training. */
  private void observe(Trainer trainer, ListenerSession joined, int epoch) {
    long start = System.nanoTime();
    try {
      joined.publish(probe(trainer, joined).observe(epoch, progress.metrics()));
    } catch (RuntimeException e) {
      LOG.warn("network cannot be observed, the training goes on unobserved epoch={}", epoch, e);
      probing = false;
      sampler = null;
    }
    progress.probed(System.nanoTime() - start);
  }

  private ActivationProbe probe(Trainer trainer, ListenerSession joined) {
    if (probe == null) {
      NDList inputs =
          sampler == null ? settings.probe().orElseThrow() : sampler.inputs(trainer.getManager());
      sampler = null;
      ProbeSpec spec = joined.spec().getProbe();
      probe =
          new ActivationProbe(
              trainer.getModel().getBlock(),
              inputs,
              spec.getLayersList(),
              spec.getMaxNeurons(),
              joined.spec().getSeed(),
              settings
                  .classifies()
                  .orElseGet(() -> trainer.getLoss() instanceof SoftmaxCrossEntropyLoss),
              Clock.systemUTC());
    }
    return probe;
  }

  private void stopIfDue(Boundary boundary) {
    Optional<StopRequest> due = stopSwitch.due(boundary);
    if (due.isPresent()) {
      stopped = true;
      throw new EarlyStoppedException(progress.completedEpochs(), reason(due.get()));
    }
  }

  private static String reason(StopRequest request) {
    if (request instanceof StopRequest.Command command) {
      return command.reason().isEmpty() ? "stopped by the platform" : command.reason();
    }
    return request instanceof StopRequest.Revocation revocation
        ? "the controller revoked this trainer's registration: " + revocation.message()
        : "the process received a signal";
  }

  /**
   * Reports how the training ended. A trainer that is closed in the middle of an epoch without a
   * stop has failed.
   */
  @Override
  public void onTrainingEnd(Trainer trainer) {
    ListenerSession joined = session;
    if (joined == null) {
      return;
    }
    session = null;
    joined.end(outcome(), settings.controllerTimeout());
    try {
      if (shutdownHook != null) {
        Runtime.getRuntime().removeShutdownHook(shutdownHook);
      }
    } catch (IllegalStateException e) {
      LOG.debug("the process is ending already");
    }
  }

  private TrainingOutcome outcome() {
    Optional<StopRequest.Command> command = stopSwitch.command();
    if (stopped && command.isPresent()) {
      return ended(TrainingEnd.TRAINING_END_STOPPED)
          .setStopCommandId(command.get().commandId())
          .build();
    }
    if (stopped) {
      return failed("the controller revoked this trainer's registration").build();
    }
    return midEpoch
        ? failed("the training ended in epoch " + (progress.completedEpochs() + 1)).build()
        : ended(TrainingEnd.TRAINING_END_COMPLETED).build();
  }

  private TrainingOutcome.Builder failed(String message) {
    return ended(TrainingEnd.TRAINING_END_FAILED).setFailureMessage(message);
  }

  private TrainingOutcome.Builder ended(TrainingEnd end) {
    var latest = progress.progress();
    return TrainingOutcome.newBuilder()
        .setEnd(end)
        .setFinalEpoch(latest.getCompletedEpochs())
        .putAllMetrics(latest.getMetricsMap())
        .setTrainingTime(latest.getTrainingTime())
        .setProbeTime(latest.getProbeTime());
  }

  /** Runs on the shutdown hook's thread. Another attempt may continue the run. */
  private void endAfterSignal(ListenerSession joined) {
    joined.end(
        TrainingOutcome.newBuilder()
            .setEnd(TrainingEnd.TRAINING_END_INTERRUPTED)
            .setFinalEpoch(progress.completedEpochs())
            .build(),
        TIMEOUT_AFTER_SIGNAL);
  }
}
