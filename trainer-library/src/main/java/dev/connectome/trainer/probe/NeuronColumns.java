package dev.connectome.trainer.probe;

import dev.connectome.trainer.probe.ActivationSnapshot.Layer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The matrix of a snapshot while it fills: samples × neurons, the neurons of all layers side by
 * side or, if they are too many, a subset that depends on the seed alone.
 */
final class NeuronColumns {

  private final List<Layer> layers;
  private final int samples;
  private final int[] kept;
  private final float[] values;

  /**
   * Makes an empty matrix.
   *
   * @param layers what the network has, in order
   * @param samples rows
   * @param maxNeurons columns at most
   * @param seed decides which are kept of more
   */
  NeuronColumns(List<Layer> layers, int samples, int maxNeurons, long seed) {
    this.layers = layers;
    this.samples = samples;
    this.kept = kept(layers.stream().mapToInt(Layer::neurons).sum(), maxNeurons, seed);
    this.values = new float[Math.multiplyExact(samples, kept.length)];
  }

  /** The columns that are kept, ascending. */
  private static int[] kept(int neurons, int maxNeurons, long seed) {
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

  /**
   * Fills some rows.
   *
   * @param firstSample the first of them
   * @param outputs what each layer answered, row by row
   */
  void put(int firstSample, List<float[]> outputs) {
    int column = 0;
    int first = 0;
    for (int l = 0; l < outputs.size(); l++) {
      int width = layers.get(l).neurons();
      int end = column;
      while (end < kept.length && kept[end] < first + width) {
        end++;
      }
      put(firstSample, outputs.get(l), width, first, column, end);
      column = end;
      first += width;
    }
  }

  private void put(int firstSample, float[] output, int width, int first, int column, int end) {
    for (int row = 0; row < output.length / width; row++) {
      int target = (firstSample + row) * kept.length;
      if (end - column == width) {
        System.arraycopy(output, row * width, values, target + column, width);
      } else {
        for (int c = column; c < end; c++) {
          values[target + c] = output[row * width + kept[c] - first];
        }
      }
    }
  }

  /** The layers with the neurons that are kept of each; without those of which none is. */
  List<Layer> keptLayers() {
    List<Layer> result = new ArrayList<>();
    int first = 0;
    for (Layer layer : layers) {
      int from = first;
      int to = first + layer.neurons();
      int count = (int) Arrays.stream(kept).filter(k -> k >= from && k < to).count();
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

  /** The matrix, row by row; not to be filled any more. */
  float[] values() {
    return values;
  }
}
