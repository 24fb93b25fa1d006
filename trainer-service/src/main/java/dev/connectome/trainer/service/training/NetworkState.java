package dev.connectome.trainer.service.training;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies the state of a network, its average and its optimizer into checkpoints, and back. */
final class NetworkState {

  private static final Logger LOG = LoggerFactory.getLogger(NetworkState.class);

  private final Block network;
  private final ResumableOptimizer optimizer;
  private final Optional<WeightAverage> average;
  private final NDManager manager;
  private int weightsSize;
  private int optimizerSize;

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

  Checkpoint checkpoint(int epoch, int nextBatch, Optional<BestEpoch.Found> best) {
    byte[] weights = save(network, weightsSize);
    weightsSize = weights.length;
    var steps = new PresizedOutput(optimizerSize);
    try {
      optimizer.save(steps);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    optimizerSize = steps.size();
    return new Checkpoint(
        epoch,
        nextBatch,
        weights,
        average.flatMap(WeightAverage::averaged).map(averaged -> save(averaged, weightsSize)),
        steps.bytes(),
        optimizer.steps(),
        best);
  }

  /**
   * The parameters of a network, in DJL's format.
   *
   * @param expectedSize saves a copy if it is right
   */
  static byte[] save(Block network, int expectedSize) {
    var bytes = new PresizedOutput(expectedSize);
    try {
      network.saveParameters(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.bytes();
  }

  /**
   * Restores what goes with the weights. The network has to be initialized before.
   *
   * @throws IOException if the average is of another network
   */
  void restoreRest(Checkpoint checkpoint) throws IOException {
    optimizer.restore(manager, checkpoint.optimizerState(), checkpoint.optimizerSteps());
    if (average.isPresent() && checkpoint.isTrained()) {
      if (checkpoint.average().isEmpty()) {
        LOG.warn(
            "checkpoint without an average of the weights, it starts from its weights epoch={}",
            checkpoint.epoch());
      }
      average.get().start(checkpoint.average());
    }
  }

  /**
   * Loads parameters into a network.
   *
   * @throws IOException if they are of another network
   */
  static void load(Block network, NDManager manager, byte[] parameters) throws IOException {
    try {
      network.loadParameters(manager, new DataInputStream(new ByteArrayInputStream(parameters)));
    } catch (MalformedModelException e) {
      throw new IOException("the parameters are of another network: " + e.getMessage(), e);
    }
  }

  /** As large as the previous checkpoint from the start, so that its bytes need no copy. */
  private static final class PresizedOutput extends ByteArrayOutputStream {
    PresizedOutput(int expected) {
      super(expected);
    }

    byte[] bytes() {
      return count == buf.length ? buf : toByteArray();
    }
  }
}
