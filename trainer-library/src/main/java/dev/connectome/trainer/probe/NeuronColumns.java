package dev.connectome.trainer.probe;

import dev.connectome.trainer.probe.ActivationSnapshot.Layer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Collects the matrix of a snapshot: samples × neurons of all layers or, if there are too many, of
 * a random subset that depends on the seed only.
 */
final class NeuronColumns {

  private final List<Layer> layers;
  private final int samples;
  private final int[] selected;
  private final float[] values;

  NeuronColumns(List<Layer> layers, int samples, int maxNeurons, long seed) {
    this.layers = layers;
    this.samples = samples;
    this.selected = select(layers.stream().mapToInt(Layer::neurons).sum(), maxNeurons, seed);
    this.values = new float[Math.multiplyExact(samples, selected.length)];
  }

  /** Neuron numbers, ascending. */
  private static int[] select(int neurons, int maxNeurons, long seed) {
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
    int[] selected = Arrays.copyOf(all, maxNeurons);
    Arrays.sort(selected);
    return selected;
  }

  /** Fills rows from {@code firstSample} on with the outputs of each layer, row by row. */
  void put(int firstSample, List<float[]> outputs) {
    int column = 0;
    int first = 0;
    for (int l = 0; l < outputs.size(); l++) {
      int width = layers.get(l).neurons();
      int end = column;
      while (end < selected.length && selected[end] < first + width) {
        end++;
      }
      put(firstSample, outputs.get(l), width, first, column, end);
      column = end;
      first += width;
    }
  }

  private void put(int firstSample, float[] output, int width, int first, int column, int end) {
    for (int row = 0; row < output.length / width; row++) {
      int target = (firstSample + row) * selected.length;
      if (end - column == width) {
        System.arraycopy(output, row * width, values, target + column, width);
      } else {
        for (int c = column; c < end; c++) {
          values[target + c] = output[row * width + selected[c] - first];
        }
      }
    }
  }

  /** The layers and how many of their neurons are selected, without layers that have none. */
  List<Layer> selectedLayers() {
    List<Layer> result = new ArrayList<>();
    int first = 0;
    for (Layer layer : layers) {
      int from = first;
      int to = first + layer.neurons();
      int count = (int) Arrays.stream(selected).filter(k -> k >= from && k < to).count();
      if (count > 0) {
        result.add(new Layer(layer.name(), count));
      }
      first = to;
    }
    return result;
  }

  int samples() {
    return samples;
  }

  /** Not copied: fill no more rows afterwards. */
  float[] values() {
    return values;
  }
}
