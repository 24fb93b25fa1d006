package dev.connectome.trainer.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows a network the same inputs after every epoch and notes what its neurons answer.
 *
 * <p>The network runs in inference mode: no dropout, running statistics of the batch normalisation.
 * It is observed as it is and not changed. A pass must run on the thread that trains; it takes the
 * inputs some at a time, so that it needs little more memory than a mini-batch.
 *
 * <p>A layer whose output has more than two axes contributes one neuron for each place on the
 * second axis, the mean over the others: a convolution, one a channel.
 */
public final class ActivationProbe {

  /** Of networks with convolutions, whose outputs are large beside their inputs. */
  private static final int FEW_ROWS = 125;

  /** Of others, for which the engine is fastest with many. */
  private static final int MANY_ROWS = 500;

  private final ObservedNetwork network;
  private final NDList inputs;
  private final int rowsAtOnce;
  private final int maxNeurons;
  private final long seed;
  private final Clock clock;

  /**
   * Makes a probe of a network.
   *
   * @param network the network, initialised
   * @param inputs the probe set, each array N × an input of the network; stays the caller's
   * @param layers which layers to observe, by name or type; empty for the default of {@link
   *     #check(Block, List)}
   * @param maxNeurons neurons to observe at most; of more, a subset is kept that depends on the
   *     seed alone
   * @param seed the seed
   * @param clock tells when a pass ended
   * @throws IllegalArgumentException if the network cannot be observed
   */
  public ActivationProbe(
      Block network, NDList inputs, List<String> layers, int maxNeurons, long seed, Clock clock) {
    this.network = ObservedLayers.of(network, layers);
    this.inputs = inputs;
    this.rowsAtOnce = isDense(network) ? MANY_ROWS : FEW_ROWS;
    this.maxNeurons = maxNeurons;
    this.seed = seed;
    this.clock = clock;
  }

  /** Whether it is made of fully connected layers and what has no parameters. */
  private static boolean isDense(Block block) {
    return block.getChildren().isEmpty()
        ? block instanceof Linear || block.getDirectParameters().isEmpty()
        : block.getChildren().values().stream().allMatch(ActivationProbe::isDense);
  }

  /**
   * Whether a network can be observed: it is made of nested sequential blocks with hidden layers,
   * or layers in it are wrapped in {@link Observed}.
   *
   * @param network the network; need not be initialised
   * @param layers which layers, by name (dense1, conv2, or the name given to a wrapped layer) or
   *     type (dense, conv); empty for every wrapped layer or, if none is wrapped, those of type
   *     dense
   * @return the names of the layers that would be observed
   * @throws IllegalArgumentException if it cannot; the message tells why and what helps
   */
  public static List<String> check(Block network, List<String> layers) {
    return ObservedLayers.of(network, layers).names();
  }

  /**
   * Runs a pass.
   *
   * @param epoch the epoch that has just ended
   * @param metrics what was measured in it
   * @return the snapshot
   */
  public ActivationSnapshot observe(int epoch, Map<String, Double> metrics) {
    NDArray first = inputs.head();
    int samples = (int) first.getShape().get(0);
    NeuronColumns columns = null;
    for (int from = 0; from < samples; from += rowsAtOnce) {
      int to = Math.min(samples, from + rowsAtOnce);
      try (NDManager pass = first.getManager().newSubManager()) {
        List<float[]> outputs = outputs(pass, from, to);
        columns = columns == null ? columns(outputs, to - from, samples) : columns;
        columns.put(from, outputs);
      }
    }
    return snapshot(epoch, metrics, columns);
  }

  private ActivationSnapshot snapshot(
      int epoch, Map<String, Double> metrics, @Nullable NeuronColumns columns) {
    if (columns == null) {
      throw new IllegalStateException("the probe set is empty");
    }
    return new ActivationSnapshot(
        epoch, columns.samples(), columns.keptLayers(), columns.values(), clock.instant(), metrics);
  }

  private List<float[]> outputs(NDManager pass, int from, int to) {
    var rows = new NDList();
    for (NDArray input : inputs) {
      rows.add(input.get(pass, new NDIndex("{}:{}", from, to)));
    }
    List<float[]> outputs = new ArrayList<>();
    for (NDArray output : network.outputs(new ParameterStore(pass, false), rows)) {
      outputs.add(neurons(output).toType(DataType.FLOAT32, false).toFloatArray());
    }
    return outputs;
  }

  private static NDArray neurons(NDArray output) {
    Shape shape = output.getShape();
    return shape.dimension() <= 2
        ? output
        : output.reshape(shape.get(0), shape.get(1), -1).mean(new int[] {2});
  }

  private NeuronColumns columns(List<float[]> outputs, int rows, int samples) {
    List<ActivationSnapshot.Layer> layers = new ArrayList<>();
    for (int l = 0; l < outputs.size(); l++) {
      layers.add(
          new ActivationSnapshot.Layer(network.names().get(l), outputs.get(l).length / rows));
    }
    return new NeuronColumns(layers, samples, maxNeurons, seed);
  }
}
