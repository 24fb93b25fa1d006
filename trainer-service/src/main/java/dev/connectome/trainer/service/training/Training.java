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
import ai.djl.training.GradientCollector;
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
import dev.connectome.trainer.service.data.ImageBatches;
import dev.connectome.trainer.service.data.TrainingData;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A training, from its first epoch or its last checkpoint to its end.
 *
 * <p>Every random choice depends on the seed, the epoch and the mini-batch alone, so that a
 * training that was interrupted goes on exactly as it would have. All work on the network happens
 * on the thread that calls {@link #run}.
 */
public final class Training implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Training.class);

  private final TrainingSpec spec;
  private final TrainingData data;
  private final StopSwitch stopSwitch;
  private final ProgressTracker clock;
  private final Consumer<ActivationSnapshot> snapshots;
  private final CheckpointStore store;
  private final CheckpointWriter checkpoints;
  private final Model model;
  private final SequentialBlock network;
  private final ResumableOptimizer optimizer;
  private final NetworkState state;
  private final RandomSeeds seeds;
  private final Trainer trainer;
  private final NDManager manager;
  private final ActivationProbe probe;
  private final Inference inference;
  private final PredictionChanges predictions;
  private final BatchPrefetcher stage;
  private int completedEpochs;
  private int nextBatch;

  /**
   * How a training ended.
   *
   * @param stop why it ended before its time; empty if all epochs were trained
   * @param finalEpoch the last epoch trained to its end
   */
  public record End(Optional<StopRequest> stop, int finalEpoch) {}

  /**
   * What is kept of a training.
   *
   * @param epoch the epoch whose weights are kept
   * @param checkpoint their folder
   * @param metrics what the weights are worth
   */
  public record Result(int epoch, Path checkpoint, Map<String, Double> metrics) {}

  /**
   * Prepares a training.
   *
   * @param spec what to train, complete
   * @param data what to learn from
   * @param checkpointDirectory where checkpoints are
   * @param resume whether to go on from the newest of them
   * @param stopSwitch tells when to stop
   * @param clock notes where the time goes
   * @param snapshots takes the snapshots; must not block
   * @throws UserException if the spec asks for what this trainer does not have
   * @throws IOException if a checkpoint cannot be read
   */
  public Training(
      TrainingSpec spec,
      TrainingData data,
      Path checkpointDirectory,
      boolean resume,
      StopSwitch stopSwitch,
      ProgressTracker clock,
      Consumer<ActivationSnapshot> snapshots)
      throws UserException, IOException {
    this.spec = spec;
    this.data = data;
    this.stopSwitch = stopSwitch;
    this.clock = clock;
    this.snapshots = snapshots;
    this.store =
        new CheckpointStore(checkpointDirectory, Math.max(1, spec.getCheckpoint().getKeep()));
    this.checkpoints = new CheckpointWriter(store);
    this.network = buildNetwork();
    this.optimizer = ResumableOptimizer.of(spec.getOptimizer(), length());
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
    this.inference = new Inference(manager, data.train());
    this.predictions = new PredictionChanges(data.train(), inference);
    this.stage = new BatchPrefetcher(data.train(), spec.getBatchSize());
  }

  private SequentialBlock buildNetwork() throws UserException {
    return Networks.build(spec.getModel(), data.train().shape(), data.train().classes());
  }

  private Schedules.Length length() {
    return new Schedules.Length(spec.getEpochs(), batches());
  }

  /** Mini-batches an epoch. */
  private int batches() {
    return (data.train().count() + spec.getBatchSize() - 1) / spec.getBatchSize();
  }

  private ActivationProbe probe() throws UserException {
    int[] order = TrainingData.shuffled(data.train().count(), seeds.ofProbe());
    int samples = Math.min(spec.getProbe().getSamples(), order.length);
    NDArray inputs = data.train().inputs(manager, Arrays.copyOf(order, samples));
    try {
      return new ActivationProbe(
          network,
          new NDList(inputs),
          spec.getProbe().getLayersList(),
          spec.getProbe().getMaxNeurons(),
          spec.getSeed(),
          Clock.systemUTC());
    } catch (IllegalArgumentException e) {
      throw new UserException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Epochs trained to their end so far.
   *
   * @return the number of epochs
   */
  public int completedEpochs() {
    return completedEpochs;
  }

  /**
   * Trains until all epochs are done or a stop is due.
   *
   * @return how it ended
   * @throws IOException if a checkpoint could not be written
   * @throws InterruptedException if the thread is interrupted
   */
  public End run() throws IOException, InterruptedException {
    stageEpoch();
    while (completedEpochs < clock.totalEpochs()) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      Optional<StopRequest> stop = trainEpoch(metrics);
      if (stop.isPresent()) {
        return new End(stop, completedEpochs);
      }
      completedEpochs++;
      nextBatch = 0;
      stageEpoch();
      clock.epochEnded(completedEpochs, metrics);
      evaluateEpoch(metrics);
      clock.epochEnded(completedEpochs, metrics);
      if (completedEpochs % spec.getProbe().getEveryEpochs() == 0) {
        snapshots.accept(clock.probing(() -> probe.observe(completedEpochs, metrics)));
      }
      if (completedEpochs % Math.max(1, spec.getCheckpoint().getEveryEpochs()) == 0) {
        writeCheckpoint();
      }
      stop = stopSwitch.due(Boundary.EPOCH);
      if (stop.isPresent() && completedEpochs < clock.totalEpochs()) {
        return new End(stop, completedEpochs);
      }
    }
    stopSwitch.finish();
    return new End(Optional.empty(), completedEpochs);
  }

  private void writeCheckpoint() throws IOException, InterruptedException {
    long start = System.nanoTime();
    checkpoints.write(checkpoint());
    clock.waitedForCheckpoint(System.nanoTime() - start);
  }

  /** Mini-batches of the epoch that comes next are gathered while the last is looked at. */
  private void stageEpoch() {
    Random random = seeds.ofEpoch(completedEpochs + 1);
    stage.begin(TrainingData.shuffled(data.train().count(), random), nextBatch);
  }

  private Optional<StopRequest> trainEpoch(Map<String, Double> metrics)
      throws InterruptedException {
    int epoch = completedEpochs + 1;
    int batches = batches();
    double loss = 0;
    long right = 0;
    int seen = 0;
    for (; nextBatch < batches; nextBatch++) {
      Optional<StopRequest> stop = stopSwitch.due(Boundary.MINI_BATCH);
      if (stop.isPresent()) {
        return stop;
      }
      Engine.getInstance().setRandomSeed(seeds.forEngine(epoch, nextBatch + 1));
      long start = System.nanoTime();
      ImageBatches.Batch images = stage.take();
      try (NDManager batch = manager.newSubManager()) {
        NDArray inputs = images.inputs(batch);
        NDArray labels = images.labels(batch);
        try (GradientCollector gradients = trainer.newGradientCollector()) {
          NDList logits = trainer.forward(new NDList(inputs));
          NDArray value = trainer.getLoss().evaluate(new NDList(labels), logits);
          gradients.backward(value);
          loss += (double) value.getFloat() * images.count();
          right += right(logits.singletonOrThrow(), images.classes());
        }
        optimizer.step(network);
      }
      seen += images.count();
      clock.trained(System.nanoTime() - start, images.count());
    }
    metrics.put("trainLoss", loss / seen);
    metrics.put("trainAccuracy", (double) right / seen);
    return Optional.empty();
  }

  /** How many classes are found: of few images this is sooner counted than asked of the engine. */
  private static int right(NDArray logits, long[] classes) {
    float[] values = logits.toFloatArray();
    int width = values.length / classes.length;
    int right = 0;
    for (int i = 0; i < classes.length; i++) {
      int best = 0;
      for (int c = 1; c < width; c++) {
        // As the engine has it, NaN is more than any number, and the first of equals is taken.
        if (Float.compare(values[i * width + c] + 0f, values[i * width + best] + 0f) > 0) {
          best = c;
        }
      }
      right += best == classes[i] ? 1 : 0;
    }
    return right;
  }

  private void evaluateEpoch(Map<String, Double> metrics) {
    data.validation()
        .ifPresent(
            split -> {
              Evaluation validation = Evaluation.of(network, split, inference);
              metrics.put("validationLoss", validation.loss());
              metrics.put("validationAccuracy", validation.accuracy());
            });
    if (spec.getPredictionChanges()) {
      predictions
          .count(network)
          .ifPresent(changed -> metrics.put("changedPredictions", (double) changed));
    }
    int every = spec.getTestEveryEpochs();
    if (every > 0 && completedEpochs % every == 0) {
      putTest(metrics, Evaluation.of(network, data.test(), inference));
    }
  }

  /**
   * Keeps the weights of the end: writes them to the disk and tries them on the test images, if the
   * deadline of the stop leaves time for that.
   *
   * @param restoreEpoch the epoch whose weights are wanted; empty means those that the network has
   *     now
   * @return what was kept; the last weights if those wanted are not there any more
   * @throws IOException if the checkpoint cannot be written
   * @throws InterruptedException if the thread is interrupted
   * @throws UserException never for a spec that was good enough to be trained
   */
  public Result keep(Optional<Integer> restoreEpoch)
      throws IOException, InterruptedException, UserException {
    Path last = checkpoints.writeDurably(checkpoint());
    Optional<Checkpoint> restored =
        restoreEpoch.filter(epoch -> epoch != completedEpochs).flatMap(store::atEndOf);
    Map<String, Double> metrics =
        new LinkedHashMap<>(restored.isPresent() ? Map.of() : clock.metrics());
    SequentialBlock kept = network;
    if (restored.isPresent()) {
      kept = buildNetwork();
      NetworkState.load(kept, manager, restored.get());
      CheckpointStore.sync(last.resolveSibling(folder(restored.get())));
    }
    Evaluation.unless(stopSwitch::isDeadlineNear, kept, data.test(), inference)
        .ifPresentOrElse(
            test -> putTest(metrics, test),
            () -> LOG.warn("deadline near, weights kept but not tried on the test images"));
    return restored
        .map(
            checkpoint ->
                new Result(checkpoint.epoch(), last.resolveSibling(folder(checkpoint)), metrics))
        .orElseGet(() -> new Result(completedEpochs, last, metrics));
  }

  /**
   * Writes a checkpoint from which the training can go on.
   *
   * @return its folder
   * @throws IOException if it cannot be written
   * @throws InterruptedException if the thread is interrupted
   */
  public Path suspend() throws IOException, InterruptedException {
    return checkpoints.writeDurably(checkpoint());
  }

  private static String folder(Checkpoint checkpoint) {
    return CheckpointStore.name(checkpoint.epoch(), checkpoint.nextBatch());
  }

  private static void putTest(Map<String, Double> metrics, Evaluation test) {
    metrics.put("testLoss", test.loss());
    metrics.put("testAccuracy", test.accuracy());
  }

  private Checkpoint checkpoint() {
    return state.at(completedEpochs, nextBatch);
  }

  /** Frees the network and waits for the disk. */
  @Override
  public void close() {
    stage.close();
    checkpoints.close();
    trainer.close();
    model.close();
  }
}
