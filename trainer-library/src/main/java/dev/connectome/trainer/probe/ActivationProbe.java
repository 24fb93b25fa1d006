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
 * Records the activations of a network for the same inputs after every epoch.
 *
 * <p>The network runs in inference mode: without dropout, and with the running statistics of its
 * batch normalization. It is not changed. A pass must run on the training thread; it splits the
 * inputs into batches, so that it needs little more memory than a mini-batch.
 *
 * <p>The neurons of a layer are the second axis of its output; any further axes are averaged. A
 * convolution therefore has one neuron per channel.
 */
public final class ActivationProbe {

  /** The outputs of convolutions are large compared with their inputs. */
  private static final int CONVOLUTIONAL_BATCH = 125;

  /** Without convolutions, the engine is fastest with large batches. */
  private static final int DENSE_BATCH = 500;

  private final ObservedNetwork network;
  private final NDList inputs;
  private final int batchSize;
  private final int maxNeurons;
  private final long seed;
  private final boolean classifies;
  private final Clock clock;

  /**
   * Makes a probe of a network.
   *
   * @param network the network, initialized
   * @param inputs the probe set: for each input of the network an array whose first axis are the N
   *     samples. The caller closes them
   * @param layers the layers to observe, as for {@link #check(Block, List)}
   * @param maxNeurons the maximum number of neurons; if the layers have more, a random subset is
   *     observed that depends on the seed only
   * @param seed the seed of that subset
   * @param classifies whether the network classifies, so that its predictions are recorded too: for
   *     each input the index of the largest output. Left out if its output is not one array of
   *     samples × classes with two classes or more
   * @param clock gives the time of a snapshot
   * @throws IllegalArgumentException if the network cannot be observed
   */
  public ActivationProbe(
      Block network,
      NDList inputs,
      List<String> layers,
      int maxNeurons,
      long seed,
      boolean classifies,
      Clock clock) {
    this.network = ObservedLayers.of(network, layers);
    this.inputs = inputs;
    this.batchSize = isDense(network) ? DENSE_BATCH : CONVOLUTIONAL_BATCH;
    this.maxNeurons = maxNeurons;
    this.seed = seed;
    this.classifies = classifies;
    this.clock = clock;
  }

  /** Whether only fully connected layers have parameters. */
  private static boolean isDense(Block block) {
    return block.getChildren().isEmpty()
        ? block instanceof Linear || block.getDirectParameters().isEmpty()
        : block.getChildren().values().stream().allMatch(ActivationProbe::isDense);
  }

  /**
   * Checks that a network can be observed: it consists of nested sequential blocks with hidden
   * layers, or some of its layers are wrapped in {@link Observed}.
   *
   * @param network the network; need not be initialized
   * @param layers the layers to observe, by name ({@code dense1}, {@code conv2}, or the name of a
   *     wrapped layer) or by type ({@code dense}, {@code conv}); empty for all wrapped layers or,
   *     if none is wrapped, for those of type {@code dense}
   * @return the names of the layers that would be observed
   * @throws IllegalArgumentException if it cannot be observed; the message states the reason and
   *     the remedy
   */
  public static List<String> check(Block network, List<String> layers) {
    return ObservedLayers.of(network, layers).names();
  }

  /**
   * Runs the network on the probe set. Call it on the training thread.
   *
   * @param epoch the epoch that has just ended, from 1
   * @param metrics the training metrics of the epoch, by name
   * @return the snapshot
   * @throws IllegalStateException if the probe set is empty
   * @throws IllegalArgumentException if an observed layer is used more than once in a pass
   */
  public ActivationSnapshot observe(int epoch, Map<String, Double> metrics) {
    NDArray first = inputs.head();
    int samples = (int) first.getShape().get(0);
    NeuronColumns columns = null;
    var classes = new int[samples];
    boolean predicted = classifies;
    for (int from = 0; from < samples; from += batchSize) {
      int to = Math.min(samples, from + batchSize);
      try (NDManager pass = first.getManager().newSubManager()) {
        ObservedNetwork.Pass results = run(pass, from, to);
        List<float[]> outputs = results.layers().stream().map(ActivationProbe::values).toList();
        columns = columns == null ? columns(outputs, to - from, samples) : columns;
        columns.put(from, outputs);
        predicted = predicted && predict(results, classes, from);
      }
    }
    ActivationSnapshot snapshot = snapshot(epoch, metrics, columns);
    return predicted ? snapshot.withPredictedClasses(classes) : snapshot;
  }

  private ActivationSnapshot snapshot(
      int epoch, Map<String, Double> metrics, @Nullable NeuronColumns columns) {
    if (columns == null) {
      throw new IllegalStateException("the probe set is empty");
    }
    return new ActivationSnapshot(
        epoch,
        columns.samples(),
        columns.selectedLayers(),
        columns.values(),
        clock.instant(),
        metrics);
  }

  private ObservedNetwork.Pass run(NDManager pass, int from, int to) {
    var rows = new NDList();
    for (NDArray input : inputs) {
      rows.add(input.get(pass, new NDIndex("{}:{}", from, to)));
    }
    return network.run(new ParameterStore(pass, false), rows, classifies);
  }

  /** Fills in the classes from {@code first} on; false if the output is not samples × classes. */
  private static boolean predict(ObservedNetwork.Pass results, int[] classes, int first) {
    NDList output = results.output().orElseGet(NDList::new);
    if (output.size() != 1) {
      return false;
    }
    Shape shape = output.head().getShape();
    if (shape.dimension() != 2 || shape.get(1) < 2) {
      return false;
    }
    long[] largest = output.head().argMax(1).toLongArray();
    for (int row = 0; row < largest.length; row++) {
      classes[first + row] = (int) largest[row];
    }
    return true;
  }

  private static float[] values(NDArray output) {
    return neurons(output).toType(DataType.FLOAT32, false).toFloatArray();
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
