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

/** Copies what a network and its optimiser are into checkpoints, and back. */
final class NetworkState {
  private final Block network;
  private final ResumableOptimizer optimizer;
  private final NDManager manager;
  private int weightsSize;
  private int optimizerSize;

  NetworkState(Block network, ResumableOptimizer optimizer, NDManager manager) {
    this.network = network;
    this.optimizer = optimizer;
    this.manager = manager;
  }

  /**
   * A copy of what they are now.
   *
   * @param epoch epochs trained to their end
   * @param nextBatch the mini-batch that comes next
   */
  Checkpoint at(int epoch, int nextBatch) {
    var weights = new Bytes(weightsSize);
    var steps = new Bytes(optimizerSize);
    try {
      network.saveParameters(new DataOutputStream(weights));
      optimizer.save(steps);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    weightsSize = weights.size();
    optimizerSize = steps.size();
    return new Checkpoint(epoch, nextBatch, weights.bytes(), steps.bytes(), optimizer.steps());
  }

  /** Gives the optimiser what it had. The network has to be initialised before. */
  void restoreOptimizer(Checkpoint checkpoint) {
    optimizer.restore(manager, checkpoint.optimizerState(), checkpoint.optimizerSteps());
  }

  /**
   * Gives a network the weights of a checkpoint.
   *
   * @throws IOException if they are of another network
   */
  static void load(Block network, NDManager manager, Checkpoint checkpoint) throws IOException {
    try {
      network.loadParameters(
          manager, new DataInputStream(new ByteArrayInputStream(checkpoint.weights())));
    } catch (MalformedModelException e) {
      throw new IOException(
          "the checkpoint of epoch %d is of another network".formatted(checkpoint.epoch()), e);
    }
  }

  /**
   * Has room from the beginning for as much as the checkpoint before had, and then needs no copy.
   */
  private static final class Bytes extends ByteArrayOutputStream {
    Bytes(int expected) {
      super(expected);
    }

    byte[] bytes() {
      return count == buf.length ? buf : toByteArray();
    }
  }
}
