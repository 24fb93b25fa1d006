package dev.connectome.trainer.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import dev.connectome.trainer.probe.ObservedLayers.Step;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Shows a network the same inputs after every epoch and notes what its neurons answer.
 *
 * <p>The network runs in inference mode: no dropout, running statistics of the batch normalisation.
 * It is observed as it is, block by block, and not changed. A pass must run on the thread that
 * trains.
 */
public final class ActivationProbe {

  private final List<Step> steps;
  private final NDArray inputs;
  private final int maxNeurons;
  private final long seed;
  private final Clock clock;

  /**
   * Makes a probe of a network made of nested sequential blocks with at least one hidden fully
   * connected layer.
   *
   * @param network the network, initialised
   * @param inputs the probe set, N × the network's input; stays the caller's
   * @param maxNeurons neurons to observe at most; of more, a subset is kept that depends on the
   *     seed alone
   * @param seed the seed
   * @param clock tells when a pass ended
   * @throws IllegalArgumentException if the network cannot be observed
   */
  public ActivationProbe(Block network, NDArray inputs, int maxNeurons, long seed, Clock clock) {
    this.steps = ObservedLayers.steps(network);
    this.inputs = inputs;
    this.maxNeurons = maxNeurons;
    this.seed = seed;
    this.clock = clock;
  }

  /**
   * Runs a pass.
   *
   * @param epoch the epoch that has just ended
   * @param metrics what was measured in it
   * @return the snapshot
   */
  public ActivationSnapshot observe(int epoch, Map<String, Double> metrics) {
    int samples = (int) inputs.getShape().get(0);
    List<ActivationSnapshot.Layer> layers = new ArrayList<>();
    List<float[]> outputs = new ArrayList<>();
    try (NDManager pass = inputs.getManager().newSubManager()) {
      var parameters = new ParameterStore(pass, false);
      NDArray view = inputs.duplicate();
      view.attach(pass);
      var flowing = new NDList(view);
      for (Step step : steps) {
        flowing = step.block().forward(parameters, flowing, false);
        if (step.isObserved()) {
          float[] output = flowing.singletonOrThrow().toFloatArray();
          outputs.add(output);
          layers.add(new ActivationSnapshot.Layer(step.observedAs(), output.length / samples));
        }
      }
    }
    int neurons = layers.stream().mapToInt(ActivationSnapshot.Layer::neurons).sum();
    int[] kept = kept(neurons);
    return new ActivationSnapshot(
        epoch,
        samples,
        keptLayers(layers, kept),
        columns(layers, outputs, kept, samples),
        clock.instant(),
        metrics);
  }

  /** The columns that are kept, ascending. */
  private int[] kept(int neurons) {
    int[] all = IntStream.range(0, neurons).toArray();
    if (neurons <= maxNeurons) {
      return all;
    }
    var random = new Random(seed);
    for (int i = 0; i < maxNeurons; i++) {
      int other = i + random.nextInt(neurons - i);
      int swapped = all[i];
      all[i] = all[other];
      all[other] = swapped;
    }
    int[] kept = Arrays.copyOf(all, maxNeurons);
    Arrays.sort(kept);
    return kept;
  }

  private static List<ActivationSnapshot.Layer> keptLayers(
      List<ActivationSnapshot.Layer> layers, int[] kept) {
    List<ActivationSnapshot.Layer> result = new ArrayList<>();
    int first = 0;
    for (ActivationSnapshot.Layer layer : layers) {
      int from = first;
      int to = first + layer.neurons();
      int count = (int) Arrays.stream(kept).filter(k -> k >= from && k < to).count();
      if (count > 0) {
        result.add(new ActivationSnapshot.Layer(layer.name(), count));
      }
      first = to;
    }
    return result;
  }

  private static float[] columns(
      List<ActivationSnapshot.Layer> layers, List<float[]> outputs, int[] kept, int samples) {
    var values = new float[samples * kept.length];
    int column = 0;
    int first = 0;
    for (int l = 0; l < outputs.size(); l++) {
      int width = layers.get(l).neurons();
      float[] output = outputs.get(l);
      for (; column < kept.length && kept[column] < first + width; column++) {
        for (int sample = 0; sample < samples; sample++) {
          values[sample * kept.length + column] = output[sample * width + kept[column] - first];
        }
      }
      first += width;
    }
    return values;
  }
}
