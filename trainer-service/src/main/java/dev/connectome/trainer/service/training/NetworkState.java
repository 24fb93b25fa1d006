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

/** Copies the state of a network and its optimizer into checkpoints, and back. */
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

  Checkpoint checkpoint(int epoch, int nextBatch) {
    var weights = new PresizedOutput(weightsSize);
    var steps = new PresizedOutput(optimizerSize);
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

  /** The network has to be initialized before. */
  void restoreOptimizer(Checkpoint checkpoint) {
    optimizer.restore(manager, checkpoint.optimizerState(), checkpoint.optimizerSteps());
  }

  /**
   * Loads the weights of a checkpoint into a network.
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
