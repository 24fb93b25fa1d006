package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the state of a network, its average and its optimizer into checkpoints, and back. */
final class NetworkState {

  private static final Logger LOG = LoggerFactory.getLogger(NetworkState.class);

  /** More than this is not copied: such a training waits rather than need twice its memory. */
  private static final long MOST_COPIED_BYTES = 256L << 20;

  private final Block network;
  private final ResumableOptimizer optimizer;
  private final Optional<WeightAverage> average;
  private final NDManager manager;

  NetworkState(
      Block network,
      Optional<WeightAverage> average,
      ResumableOptimizer optimizer,
      NDManager manager) {
    this.network = network;
    this.average = average;
    this.optimizer = optimizer;
    this.manager = manager;
  }

  /**
   * The state of the moment.
   *
   * @param waits whether the training waits until it is written, so that it need not be copied
   */
  Checkpoint checkpoint(
      int epoch, EpochTrainer.Reached within, Optional<BestEpoch.Found> best, boolean waits) {
    ParameterFormat weights = ParameterFormat.of(network);
    Optional<ParameterFormat> averaged =
        average.flatMap(WeightAverage::averaged).map(ParameterFormat::of);
    long bytes =
        weights.bytes()
            + averaged.map(ParameterFormat::bytes).orElse(0L)
            + optimizer.content(false).bytes();
    boolean copy = !waits && bytes <= MOST_COPIED_BYTES;
    return new Checkpoint(
        new Checkpoint.Position(
            epoch, within.nextBatch(), Optional.of(within.sums()), optimizer.steps(), best),
        weights.content(copy),
        averaged.map(parameters -> parameters.content(copy)),
        optimizer.content(copy),
        copy);
  }

  /**
   * Restores what goes with the weights. The network has to be initialized before.
   *
   * @throws IOException if the average is of another network
   */
  void restoreRest(StoredCheckpoint checkpoint) throws IOException {
    try (DataInputStream in = StoredCheckpoint.open(checkpoint.optimizerState())) {
      optimizer.restore(manager, in, checkpoint.position().optimizerSteps());
    }
    if (average.isPresent() && checkpoint.position().isTrained()) {
      if (checkpoint.average().isEmpty()) {
        LOG.warn(
            "checkpoint without an average of the weights, it starts from its weights epoch={}",
            checkpoint.epoch());
      }
      average.get().start(checkpoint.average());
    }
  }

  /**
   * Loads the parameters in a file into a network.
   *
   * @throws IOException if they are of another network
   */
  static void load(Block network, NDManager manager, Path parameters) throws IOException {
    try (DataInputStream in = StoredCheckpoint.open(parameters)) {
      ParameterFormat.load(network, manager, in);
    }
  }
}
