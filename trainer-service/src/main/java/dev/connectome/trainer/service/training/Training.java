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
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.control.StopSwitch.Boundary;
import dev.connectome.trainer.probe.ActivationProbe;
import dev.connectome.trainer.probe.ActivationSnapshot;
import dev.connectome.trainer.service.UserException;
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
  private final NetworkState state;
  private final RandomSeeds seeds;
  private final Trainer trainer;
  private final NDManager manager;
  private final ActivationProbe probe;
  private final EpochTrainer epochs;
  private final EpochEvaluator evaluator;
  private int completedEpochs;
  private int nextBatch;

  /** How a training ended. Without a stop, all epochs were trained. */
  public record Ended(Optional<StopRequest> stop, int finalEpoch) {}

  /** The weights that are kept: those after {@code epoch}, in the folder {@code checkpoint}. */
  public record KeptWeights(int epoch, Path checkpoint, Map<String, Double> metrics) {}

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
    this.checkpoints = new CheckpointWriter(store);
    this.network = buildNetwork();
    ResumableOptimizer optimizer =
        ResumableOptimizer.of(
            spec.getOptimizer(),
            new Schedules.Length(
                spec.getEpochs(), EpochTrainer.batches(data.train(), spec.getBatchSize())));
    this.seeds = new RandomSeeds(spec.getSeed());
    Engine.getInstance().setRandomSeed(seeds.forEngine(0, 0));
    Device device = Devices.of(spec.getDevice());
    LOG.info("device chosen device={} asked=\"{}\"", device, spec.getDevice());
    this.model = Model.newInstance(spec.getModel().getName(), device);
    model.setBlock(network);
    this.manager = model.getNDManager();
    this.state = new NetworkState(network, optimizer, manager);
    Optional<Checkpoint> checkpoint = resume ? store.newest() : Optional.empty();
    if (checkpoint.isPresent()) {
      NetworkState.load(network, manager, checkpoint.get());
    }
    this.trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optDevices(new Device[] {device}));
    trainer.initialize(new Shape(spec.getBatchSize(), data.train().shape().size()));
    if (checkpoint.isPresent()) {
      state.restoreOptimizer(checkpoint.get());
      completedEpochs = checkpoint.get().epoch();
      nextBatch = checkpoint.get().nextBatch();
    }
    this.probe = probe();
    this.evaluator = new EpochEvaluator(spec, data, manager);
    this.epochs =
        new EpochTrainer(trainer, optimizer, manager, data.train(), spec.getBatchSize(), seeds);
  }

  private SequentialBlock buildNetwork() throws UserException {
    return Networks.build(spec.getModel(), data.train().shape(), data.train().classes());
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
          epochs.train(completedEpochs + 1, nextBatch, stopSwitch, progress);
      nextBatch = trained.nextBatch();
      if (trained.stop().isPresent()) {
        return new Ended(trained.stop(), completedEpochs);
      }
      completedEpochs++;
      nextBatch = 0;
      prepareEpoch();
      finishEpoch(trained);
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
    epochs.prepare(completedEpochs + 1, nextBatch);
  }

  private void finishEpoch(EpochTrainer.Result trained) throws IOException, InterruptedException {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("trainLoss", trained.loss());
    metrics.put("trainAccuracy", trained.accuracy());
    progress.epochEnded(completedEpochs, metrics);
    evaluator.evaluate(network, completedEpochs, metrics);
    progress.epochEnded(completedEpochs, metrics);
    if (completedEpochs % spec.getProbe().getEveryEpochs() == 0) {
      long start = System.nanoTime();
      ActivationSnapshot snapshot = probe.observe(completedEpochs, metrics);
      progress.probed(System.nanoTime() - start);
      snapshots.accept(snapshot);
    }
    if (completedEpochs % Math.max(1, spec.getCheckpoint().getEveryEpochs()) == 0) {
      long start = System.nanoTime();
      checkpoints.write(checkpoint());
      progress.waitedForCheckpoint(System.nanoTime() - start);
    }
  }

  private Checkpoint checkpoint() {
    return state.checkpoint(completedEpochs, nextBatch);
  }

  /**
   * Keeps weights at the end: forces them to the disk, and evaluates them on the test images unless
   * the deadline of the stop is near.
   *
   * @param restoreEpoch the epoch whose weights to keep; empty for the current ones
   * @return the weights that are kept: the current ones if those of the epoch no longer exist
   * @throws IOException if the checkpoint cannot be written
   * @throws UserException never for a spec that was trained
   */
  public KeptWeights keepWeights(Optional<Integer> restoreEpoch)
      throws IOException, InterruptedException, UserException {
    Path last = saveCheckpoint();
    Optional<Checkpoint> restored =
        restoreEpoch.filter(epoch -> epoch != completedEpochs).flatMap(store::atEndOf);
    if (restored.isEmpty()) {
      Map<String, Double> metrics = new LinkedHashMap<>(progress.metrics());
      test(network, metrics);
      return new KeptWeights(completedEpochs, last, metrics);
    }
    SequentialBlock kept = buildNetwork();
    NetworkState.load(kept, manager, restored.get());
    Path folder = last.resolveSibling(CheckpointFolder.name(restored.get()));
    CheckpointFolder.sync(folder);
    Map<String, Double> metrics = new LinkedHashMap<>();
    test(kept, metrics);
    return new KeptWeights(restored.get().epoch(), folder, metrics);
  }

  private void test(SequentialBlock kept, Map<String, Double> metrics) {
    if (!evaluator.test(kept, stopSwitch::isDeadlineNear, metrics)) {
      LOG.warn("deadline near, weights kept without an evaluation on the test images");
    }
  }

  /**
   * Writes a checkpoint from which the training can be resumed, and forces it to the disk.
   *
   * @return its folder
   */
  public Path saveCheckpoint() throws IOException, InterruptedException {
    return checkpoints.writeDurably(checkpoint());
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
