package dev.connectome.trainer.service.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import dev.connectome.protos.trainer.v1.AugmentationSpec;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.control.StopSwitch.Boundary;
import dev.connectome.trainer.probe.ActivationProbe;
import dev.connectome.trainer.probe.ActivationSnapshot;
import dev.connectome.trainer.service.UserException;
import dev.connectome.trainer.service.data.Augmentation;
import dev.connectome.trainer.service.data.TrainingData;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A training, from its first epoch or its last checkpoint to its end.
 *
 * <p>Every random choice depends only on seed, epoch and mini-batch, so that a resumed training
 * gives the same bits as one that was not interrupted. All work on the network happens on the
 * thread that calls {@link #run}.
 */
public final class Training implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Training.class);

  private final TrainingSpec spec;
  private final TrainingData data;
  private final StopSwitch stopSwitch;
  private final ProgressTracker progress;
  private final Consumer<ActivationSnapshot> snapshots;
  private final CheckpointStore store;
  private final CheckpointWriter checkpoints;
  private final Model model;
  private final SequentialBlock network;
  private final Optional<WeightAverage> average;
  private final NetworkState state;
  private final RandomSeeds seeds;
  private final Trainer trainer;
  private final NDManager manager;
  private final ActivationProbe probe;
  private final EpochTrainer epochs;
  private final EpochEvaluator evaluator;
  private final FinalWeights finalWeights;
  private final Optional<BestEpoch> best;
  private int completedEpochs;
  private EpochTrainer.Reached reached = EpochTrainer.Reached.START;

  /** How a training ended. Without a stop, all epochs were trained. */
  public record Ended(Optional<StopRequest> stop, int finalEpoch) {}

  /**
   * What is kept: weights after {@code epoch}, in {@code weights.params} of a checkpoint's folder.
   */
  public record Result(
      int epoch, KeptWeights weights, Path checkpoint, Map<String, Double> metrics) {}

  /**
   * Prepares a training.
   *
   * @param resume whether to continue from the newest checkpoint
   * @param snapshots receives the snapshots; must not block
   * @throws UserException if the spec asks for something that this trainer does not have
   * @throws IOException if a checkpoint cannot be read
   */
  public Training(
      TrainingSpec spec,
      TrainingData data,
      Path checkpointDirectory,
      boolean resume,
      StopSwitch stopSwitch,
      ProgressTracker progress,
      Consumer<ActivationSnapshot> snapshots)
      throws UserException, IOException {
    this.spec = spec;
    this.data = data;
    this.stopSwitch = stopSwitch;
    this.progress = progress;
    this.snapshots = snapshots;
    this.store =
        new CheckpointStore(checkpointDirectory, Math.max(1, spec.getCheckpoint().getKeep()));
    store.takeOver();
    this.checkpoints = new CheckpointWriter(store);
    this.network = buildNetwork();
    int stepsPerEpoch = EpochTrainer.batches(data.train(), spec.getBatchSize());
    ResumableOptimizer optimizer =
        ResumableOptimizer.of(
            spec.getOptimizer(), new Schedules.Length(spec.getEpochs(), stepsPerEpoch));
    this.seeds = new RandomSeeds(spec.getSeed());
    Engine.getInstance().setRandomSeed(seeds.forEngine(0, 0));
    Device device = Devices.of(spec.getDevice());
    LOG.info("device chosen device={} asked=\"{}\"", device, spec.getDevice());
    this.model = Model.newInstance(spec.getModel().getName(), device);
    model.setBlock(network);
    this.manager = model.getNDManager();
    this.average = average(stepsPerEpoch);
    this.state = new NetworkState(network, average, optimizer, manager);
    Optional<StoredCheckpoint> checkpoint = resume ? store.resume() : Optional.empty();
    if (checkpoint.isPresent()) {
      NetworkState.load(network, manager, checkpoint.get().weights());
    }
    this.trainer =
        model.newTrainer(
            new DefaultTrainingConfig(loss(spec.getAugmentation()))
                .optDevices(new Device[] {device}));
    trainer.initialize(new Shape(spec.getBatchSize(), data.train().shape().size()));
    if (checkpoint.isPresent()) {
      state.restoreRest(checkpoint.get());
      completedEpochs = checkpoint.get().epoch();
      reached = reached(checkpoint.get().position());
    }
    this.best =
        spec.hasBest()
            ? Optional.of(
                new BestEpoch(spec.getBest(), checkpoint.flatMap(found -> found.position().best())))
            : Optional.empty();
    this.probe = probe();
    this.evaluator = new EpochEvaluator(spec, data, manager);
    this.finalWeights =
        new FinalWeights(
            spec.getKeep(),
            store,
            evaluator,
            manager,
            this::buildNetwork,
            stopSwitch::isDeadlineNear);
    this.epochs =
        new EpochTrainer(
            trainer,
            optimizer,
            average,
            manager,
            data.train(),
            new Augmentation(spec.getAugmentation(), data.train()),
            spec.getBatchSize(),
            seeds);
  }

  private static EpochTrainer.Reached reached(Checkpoint.Position position) {
    if (position.nextBatch() > 0 && position.partial().isEmpty()) {
      LOG.warn(
          "training metrics are those of the rest of the epoch, the checkpoint lacks the others epoch={} fromBatch={}",
          position.epoch() + 1,
          position.nextBatch());
    }
    return new EpochTrainer.Reached(
        position.nextBatch(), position.partial().orElse(EpochSums.NONE));
  }

  private static Loss loss(AugmentationSpec augmentation) {
    return Augmentation.isSoft(augmentation)
        ? new SoftmaxCrossEntropyLoss("SoftLabels", 1, -1, false, true)
        : Loss.softmaxCrossEntropyLoss();
  }

  private SequentialBlock buildNetwork() throws UserException {
    return Networks.build(spec.getModel(), data.train().shape(), data.train().classes());
  }

  private Optional<WeightAverage> average(int stepsPerEpoch) throws UserException {
    if (spec.getKeep() != KeptWeights.KEPT_WEIGHTS_AVERAGE) {
      return Optional.empty();
    }
    double epochs = spec.hasAverageEpochs() ? spec.getAverageEpochs() : 1;
    return Optional.of(new WeightAverage(network, buildNetwork(), manager, epochs * stepsPerEpoch));
  }

  private ActivationProbe probe() throws UserException {
    int[] order = TrainingData.shuffled(data.train().count(), seeds.forProbe());
    int samples = Math.min(spec.getProbe().getSamples(), order.length);
    NDArray inputs = data.train().inputs(manager, Arrays.copyOf(order, samples));
    try {
      return new ActivationProbe(
          network,
          new NDList(inputs),
          spec.getProbe().getLayersList(),
          spec.getProbe().getMaxNeurons(),
          spec.getSeed(),
          true,
          Clock.systemUTC());
    } catch (IllegalArgumentException e) {
      throw new UserException(String.valueOf(e.getMessage()));
    }
  }

  public int completedEpochs() {
    return completedEpochs;
  }

  /**
   * Trains until all epochs are completed or a stop is due.
   *
   * @throws IOException if a checkpoint could not be written
   */
  public Ended run() throws IOException, InterruptedException {
    prepareEpoch();
    while (completedEpochs < progress.totalEpochs()) {
      EpochTrainer.Result trained =
          epochs.train(completedEpochs + 1, reached, stopSwitch, progress);
      reached = trained.reached();
      if (trained.stop().isPresent()) {
        return new Ended(trained.stop(), completedEpochs);
      }
      completedEpochs++;
      reached = EpochTrainer.Reached.START;
      prepareEpoch();
      finishEpoch(trained.reached().sums());
      Optional<StopRequest> stop = stopSwitch.due(Boundary.EPOCH);
      if (stop.isPresent() && completedEpochs < progress.totalEpochs()) {
        return new Ended(stop, completedEpochs);
      }
    }
    stopSwitch.finish();
    return new Ended(Optional.empty(), completedEpochs);
  }

  /** Early, so that mini-batches are gathered while the epoch before is evaluated. */
  private void prepareEpoch() {
    epochs.prepare(completedEpochs + 1, reached.nextBatch());
  }

  private void finishEpoch(EpochSums trained) throws IOException, InterruptedException {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("trainLoss", trained.meanLoss());
    metrics.put("trainAccuracy", trained.accuracy());
    progress.epochEnded(completedEpochs, metrics);
    evaluator.evaluate(network, average.flatMap(WeightAverage::averaged), completedEpochs, metrics);
    progress.epochEnded(completedEpochs, metrics);
    boolean isBest = best.isPresent() && best.get().read(completedEpochs, metrics);
    if (completedEpochs % spec.getProbe().getEveryEpochs() == 0) {
      long start = System.nanoTime();
      ActivationSnapshot snapshot = probe.observe(completedEpochs, metrics);
      progress.probed(System.nanoTime() - start);
      snapshots.accept(snapshot);
    }
    if (isBest || completedEpochs % Math.max(1, spec.getCheckpoint().getEveryEpochs()) == 0) {
      long start = System.nanoTime();
      checkpoints.write(() -> checkpoint(false));
      progress.waitedForCheckpoint(System.nanoTime() - start);
    }
  }

  private Checkpoint checkpoint(boolean waits) {
    return state.checkpoint(completedEpochs, reached, best.flatMap(BestEpoch::found), waits);
  }

  /**
   * Keeps weights at the end: forces them to the disk, and evaluates them unless the deadline of
   * the stop is near.
   *
   * @param restoreEpoch the epoch whose weights a stop asks for; empty if it leaves that to the
   *     spec
   * @return what is kept: the best epoch or the moment if the checkpoint of the epoch is gone
   * @throws IOException if the checkpoint cannot be written
   * @throws UserException never for a spec that was trained
   */
  public Result keepWeights(Optional<Integer> restoreEpoch)
      throws IOException, InterruptedException, UserException {
    StoredCheckpoint now = CheckpointFolder.read(saveCheckpoint());
    FinalWeights.Chosen chosen = finalWeights.choose(now, restoreEpoch, progress.metrics());
    Path folder = chosen.checkpoint().folder();
    new Disk().forceFolder(folder);
    return new Result(chosen.checkpoint().epoch(), chosen.weights(), folder, chosen.metrics());
  }

  /**
   * Writes a checkpoint from which the training can be resumed, and forces it to the disk.
   *
   * @return its folder
   */
  public Path saveCheckpoint() throws IOException, InterruptedException {
    return checkpoints.writeDurably(checkpoint(true));
  }

  /** Frees the network and waits for the disk. */
  @Override
  public void close() {
    epochs.close();
    checkpoints.close();
    trainer.close();
    model.close();
  }
}
