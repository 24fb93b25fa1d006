package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The exponential moving average of a network's weights over the steps of its training, held in a
 * second network. It starts as the weights after the first step. What is not trained, such as the
 * statistics of batch normalisation, is that of the network in training.
 */
final class WeightAverage {

  private record Pair(NDArray average, NDArray weight) {}

  private final Block network;
  private final Block averaged;
  private final NDManager manager;
  private final NDArray decay;
  private final List<Pair> trained = new ArrayList<>();
  private final List<Pair> untrained = new ArrayList<>();
  private boolean started;

  /**
   * Makes an average that has not started.
   *
   * @param network the network in training
   * @param averaged a network of the same structure, without weights
   * @param steps the time constant, in steps; the average of less than one is the weights
   *     themselves
   */
  WeightAverage(Block network, Block averaged, NDManager manager, double steps) {
    this.network = network;
    this.averaged = averaged;
    this.manager = manager;
    this.decay = manager.create((float) Math.max(0, 1 - 1 / steps));
  }

  /** Starts as the network is, or as a checkpoint says. */
  void start(Optional<Path> saved) throws IOException {
    if (saved.isPresent()) {
      NetworkState.load(averaged, manager, saved.get());
    } else {
      ParameterFormat.of(network).copyTo(averaged, manager);
    }
    List<Parameter> averages = averaged.getParameters().values();
    List<Parameter> weights = network.getParameters().values();
    for (int i = 0; i < weights.size(); i++) {
      var pair = new Pair(averages.get(i).getArray(), weights.get(i).getArray());
      (weights.get(i).requiresGradient() ? trained : untrained).add(pair);
    }
    started = true;
  }

  /** Takes the weights after a step: {@code e <- (e - w) d + w}, which needs no further memory. */
  void update() {
    if (!started) {
      startWithNetwork();
      return;
    }
    for (Pair pair : trained) {
      pair.average.subi(pair.weight).muli(decay).addi(pair.weight);
    }
  }

  private void startWithNetwork() {
    try {
      start(Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException("a network cannot be built twice with the same layers", e);
    }
  }

  /** The averaged network as it is now; empty before the first step. */
  Optional<Block> averaged() {
    untrained.forEach(pair -> pair.weight.copyTo(pair.average));
    return started ? Optional.of(averaged) : Optional.empty();
  }
}
