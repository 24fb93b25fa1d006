package dev.connectome.trainer.service.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.control.StopSwitch.Boundary;
import dev.connectome.trainer.service.data.Augmentation;
import dev.connectome.trainer.service.data.ImageBatches;
import dev.connectome.trainer.service.data.TrainingData;
import java.util.Optional;

/** Trains a network for one epoch, starting at any mini-batch. Used on the training thread only. */
final class EpochTrainer implements AutoCloseable {

  private final Trainer trainer;
  private final Block network;
  private final ResumableOptimizer optimizer;
  private final Optional<WeightAverage> average;
  private final NDManager manager;
  private final ImageBatches images;
  private final BatchPrefetcher prefetcher;
  private final RandomSeeds seeds;
  private final int batches;

  /**
   * What an epoch, or what was trained of it, gave.
   *
   * @param stop why it ended early; empty if it did not
   */
  record Result(Optional<StopRequest> stop, Reached reached) {}

  /**
   * How far an epoch has come.
   *
   * @param nextBatch the mini-batch that comes next
   * @param sums the metrics of those before it
   */
  record Reached(int nextBatch, EpochSums sums) {
    static final Reached START = new Reached(0, EpochSums.NONE);
  }

  EpochTrainer(
      Trainer trainer,
      ResumableOptimizer optimizer,
      Optional<WeightAverage> average,
      NDManager manager,
      ImageBatches images,
      Augmentation augmentation,
      int batchSize,
      RandomSeeds seeds) {
    this.trainer = trainer;
    this.network = trainer.getModel().getBlock();
    this.optimizer = optimizer;
    this.average = average;
    this.manager = manager;
    this.images = images;
    this.prefetcher = new BatchPrefetcher(images, augmentation, batchSize);
    this.seeds = seeds;
    this.batches = batches(images, batchSize);
  }

  static int batches(ImageBatches images, int batchSize) {
    return (images.count() + batchSize - 1) / batchSize;
  }

  /** Prefetches the first mini-batches, while the training may do something else. */
  void prepare(int epoch, int firstBatch) {
    prefetcher.startEpoch(
        TrainingData.shuffled(images.count(), seeds.forEpoch(epoch)),
        firstBatch,
        batch -> seeds.forImages(epoch, batch + 1));
  }

  /** Trains the epoch that was prepared, until its end or until a stop is due. */
  Result train(int epoch, Reached from, StopSwitch stopSwitch, ProgressTracker progress)
      throws InterruptedException {
    EpochSums sums = from.sums();
    Optional<StopRequest> stop = Optional.empty();
    int next = from.nextBatch();
    while (next < batches) {
      stop = stopSwitch.due(Boundary.MINI_BATCH);
      if (stop.isPresent()) {
        break;
      }
      Engine.getInstance().setRandomSeed(seeds.forEngine(epoch, next + 1));
      long start = System.nanoTime();
      ImageBatches.Batch batch = prefetcher.next();
      try (NDManager step = manager.newSubManager()) {
        NDArray inputs = batch.inputs(step);
        NDArray labels = batch.labels(step);
        try (GradientCollector gradients = trainer.newGradientCollector()) {
          NDList logits = trainer.forward(new NDList(inputs));
          NDArray value = trainer.getLoss().evaluate(new NDList(labels), logits);
          gradients.backward(value);
          sums =
              sums.plus(
                  (double) value.getFloat() * batch.count(),
                  correct(logits.singletonOrThrow(), batch.classes()),
                  batch.count());
        }
        optimizer.step(network);
        average.ifPresent(WeightAverage::update);
      }
      next++;
      progress.trained(System.nanoTime() - start, batch.count());
    }
    return new Result(stop, new Reached(next, sums));
  }

  /** Counted here, because for few images that is faster than in the engine. */
  private static int correct(NDArray logits, long[] classes) {
    float[] values = logits.toFloatArray();
    int width = values.length / classes.length;
    int correct = 0;
    for (int i = 0; i < classes.length; i++) {
      int best = 0;
      for (int c = 1; c < width; c++) {
        // As in the engine, NaN is greater than any number, and the first of equals wins.
        if (Float.compare(values[i * width + c] + 0f, values[i * width + best] + 0f) > 0) {
          best = c;
        }
      }
      correct += best == classes[i] ? 1 : 0;
    }
    return correct;
  }

  @Override
  public void close() {
    prefetcher.close();
  }
}
