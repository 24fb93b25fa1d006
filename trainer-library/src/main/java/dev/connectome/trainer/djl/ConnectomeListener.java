package dev.connectome.trainer.djl;

import ai.djl.ndarray.NDList;
import ai.djl.training.Trainer;
import ai.djl.training.listener.EarlyStoppingListener.EarlyStoppedException;
import ai.djl.training.listener.TrainingListener;
import dev.connectome.protos.trainer.v1.ProbeSpec;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.control.StopSwitch.Boundary;
import dev.connectome.trainer.probe.ActivationProbe;
import dev.connectome.trainer.registry.RejectedException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins a DJL training to a run of the platform: after every epoch the network is observed, and
 * when the platform has decided that it has finished learning, the training ends with DJL's {@link
 * EarlyStoppedException}. One listener serves one {@link Trainer}; add it after the others, so that
 * they have seen an epoch that ends early.
 *
 * <p>It registers when the trainer is made, runs the probe on the thread that trains, publishes
 * beside it, and reports the outcome when the trainer is closed. If the controller is away at the
 * beginning the training goes on unobserved; if it or the broker go away later it goes on and they
 * learn of it when they are back. The training waits for the controller at most for the patience at
 * its beginning and its end, and for the broker never but at its end.
 */
public final class ConnectomeListener implements TrainingListener {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectomeListener.class);
  private static final Duration PATIENCE_AFTER_SIGNAL = Duration.ofSeconds(2);

  private final ListenerSettings settings;
  private final StopSwitch stopSwitch = new StopSwitch();
  private final ListenerProgress progress = new ListenerProgress();
  private @Nullable Membership membership;
  private @Nullable ProbeSampler sample;
  private @Nullable ActivationProbe probe;
  private @Nullable Thread atSignal;
  private Map<String, Double> metrics = Map.of();
  private long lastReturn;
  private int completedEpochs;
  private boolean midEpoch;
  private boolean stopped;

  ConnectomeListener(ListenerSettings settings) {
    this.settings = settings;
  }

  /**
   * A listener for the run that the environment names: {@code CONNECTOME_RUN} (name or uid), {@code
   * CONNECTOME_CONTROLLER_ENDPOINT}, {@code CONNECTOME_KAFKA_BOOTSTRAP_SERVERS}.
   *
   * @return the listener
   * @throws IllegalArgumentException if {@code CONNECTOME_RUN} is not set
   */
  public static ConnectomeListener ofEnvironment() {
    return builder().build();
  }

  /**
   * Makes a listener step by step; what is not given comes from the environment.
   *
   * @return a builder
   */
  public static ConnectomeListenerBuilder builder() {
    return new ConnectomeListenerBuilder(System.getenv());
  }

  /**
   * The epoch whose weights the platform wants to be kept, if it stopped the training and does not
   * want the last ones. They are there if the training saved its weights after every epoch.
   *
   * @return the epoch, from 1
   */
  public OptionalInt restoreEpoch() {
    return stopSwitch.command().map(StopRequest.Command::restoreEpoch).orElse(OptionalInt.empty());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the controller does not want this trainer
   * @throws IllegalArgumentException if the network cannot be observed
   */
  @Override
  public void onTrainingBegin(Trainer trainer) {
    Membership joined = join();
    if (joined == null) {
      return;
    }
    ProbeSpec wanted = joined.spec().getProbe();
    try {
      LOG.info(
          "observing layers={}",
          ActivationProbe.check(trainer.getModel().getBlock(), wanted.getLayersList()));
    } catch (IllegalArgumentException e) {
      joined.leave(failed(String.valueOf(e.getMessage())).setPermanent(true).build(), patience());
      throw e;
    }
    membership = joined;
    progress.expect(joined.spec().getEpochs());
    if (settings.probe().isEmpty()) {
      sample = new ProbeSampler(wanted.getSamples(), joined.spec().getSeed());
    }
    atSignal = new Thread(() -> endBySignal(joined), "connectome-signal");
    Runtime.getRuntime().addShutdownHook(atSignal);
    lastReturn = System.nanoTime();
  }

  private @Nullable Membership join() {
    try {
      Optional<Membership> joined = Membership.join(settings, stopSwitch, progress);
      if (joined.isEmpty()) {
        LOG.warn(
            "controller away, training goes on unobserved endpoint={}",
            settings.controllerEndpoint());
      }
      return joined.orElse(null);
    } catch (RejectedException e) {
      throw new IllegalStateException(
          "run \"%s\" cannot be joined: %s; a run is made by: connectome runs create --name %s --launcher external"
              .formatted(settings.run(), e.reason(), settings.run()),
          e);
    } catch (IOException e) {
      throw new IllegalStateException(
          "no port on %s to be controlled on: %s".formatted(settings.controlHost(), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws EarlyStoppedException if the training is to stop now; the weights are those after the
   *     mini-batch before
   */
  @Override
  public void onTrainingBatch(Trainer trainer, BatchData batchData) {
    if (membership == null) {
      return;
    }
    midEpoch = true;
    NDList inputs = batchData.getBatch().getData();
    progress.trained(System.nanoTime() - lastReturn, inputs.head().getShape().get(0));
    if (sample != null) {
      sample.pass(inputs);
    }
    stopIfDue(Boundary.MINI_BATCH);
    lastReturn = System.nanoTime();
  }

  @Override
  public void onValidationBatch(Trainer trainer, BatchData batchData) {}

  /**
   * {@inheritDoc}
   *
   * @throws EarlyStoppedException if the training is to stop now
   */
  @Override
  public void onEpoch(Trainer trainer) {
    Membership joined = membership;
    if (joined == null) {
      return;
    }
    midEpoch = false;
    completedEpochs++;
    metrics = EvaluatorMetrics.of(trainer);
    progress.epochEnded(completedEpochs, metrics);
    if (completedEpochs % joined.spec().getProbe().getEveryEpochs() == 0) {
      long start = System.nanoTime();
      joined.publish(probe(trainer, joined).observe(completedEpochs, metrics));
      progress.probed(System.nanoTime() - start);
    }
    stopIfDue(Boundary.EPOCH);
    lastReturn = System.nanoTime();
  }

  private ActivationProbe probe(Trainer trainer, Membership joined) {
    if (probe == null) {
      NDList inputs =
          sample == null ? settings.probe().orElseThrow() : sample.inputs(trainer.getManager());
      sample = null;
      ProbeSpec wanted = joined.spec().getProbe();
      probe =
          new ActivationProbe(
              trainer.getModel().getBlock(),
              inputs,
              wanted.getLayersList(),
              wanted.getMaxNeurons(),
              joined.spec().getSeed(),
              Clock.systemUTC());
    }
    return probe;
  }

  private void stopIfDue(Boundary boundary) {
    Optional<StopRequest> due = stopSwitch.due(boundary);
    if (due.isPresent()) {
      stopped = true;
      throw new EarlyStoppedException(completedEpochs, reason(due.get()));
    }
  }

  private static String reason(StopRequest request) {
    if (request instanceof StopRequest.Command order) {
      return order.reason().isEmpty() ? "stopped by the platform" : order.reason();
    }
    return request instanceof StopRequest.Revocation revocation
        ? "the run is no longer this trainer's: " + revocation.message()
        : "the process was told to end";
  }

  /** Reports how the training ended; a trainer that is closed within an epoch has failed. */
  @Override
  public void onTrainingEnd(Trainer trainer) {
    Membership joined = membership;
    if (joined == null) {
      return;
    }
    membership = null;
    joined.leave(outcome(), patience());
    try {
      if (atSignal != null) {
        Runtime.getRuntime().removeShutdownHook(atSignal);
      }
    } catch (IllegalStateException e) {
      LOG.debug("the process is ending already");
    }
  }

  private TrainingOutcome outcome() {
    Optional<StopRequest.Command> order = stopSwitch.command();
    if (stopped && order.isPresent()) {
      return ended(TrainingEnd.TRAINING_END_STOPPED)
          .setStopCommandId(order.get().commandId())
          .build();
    }
    if (stopped) {
      return failed("the run was no longer this trainer's").build();
    }
    return midEpoch
        ? failed("the training broke off within epoch " + (completedEpochs + 1)).build()
        : ended(TrainingEnd.TRAINING_END_COMPLETED).build();
  }

  private TrainingOutcome.Builder failed(String message) {
    return ended(TrainingEnd.TRAINING_END_FAILED).setFailureMessage(message);
  }

  private TrainingOutcome.Builder ended(TrainingEnd end) {
    return TrainingOutcome.newBuilder()
        .setEnd(end)
        .setFinalEpoch(completedEpochs)
        .putAllMetrics(metrics)
        .setTrainingTime(progress.latest().getTrainingTime())
        .setProbeTime(progress.latest().getProbeTime());
  }

  /** The process ends in the middle of the training: another may go on. */
  private void endBySignal(Membership joined) {
    joined.leave(
        TrainingOutcome.newBuilder()
            .setEnd(TrainingEnd.TRAINING_END_INTERRUPTED)
            .setFinalEpoch(progress.latest().getCompletedEpochs())
            .build(),
        PATIENCE_AFTER_SIGNAL);
  }

  private Duration patience() {
    return settings.patience();
  }
}
