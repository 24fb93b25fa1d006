package dev.connectome.topology.numpy;

import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.NonFiniteActivationException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An array of a NumPy file that holds activations: float16, float32 or float64, samples × neurons,
 * or samples × channels × rows × columns, of which the mean over rows and columns is taken.
 *
 * <p>Values of float32 are taken as they are, those of float16 and means are rounded to float32
 * after they have been computed in double precision. Of float64 the mean of each column is
 * subtracted first, in double precision, and columns whose values would then leave the range of
 * float32 are multiplied by a power of two: correlations do not change, and a column that varies
 * little around a large value keeps what it varies by.
 */
public final class NumpyArray {

  private static final double LARGEST = 0x1p100;
  private static final double SMALLEST = 0x1p-100;

  private final String name;
  private final NumpyHeader header;
  private final ByteBuffer values;
  private final int samples;
  private final int neurons;
  private final int positions;

  /** Checks the type and the sizes; the buffer has as many bytes as the header says. */
  NumpyArray(String name, NumpyHeader header, ByteBuffer values) throws NumpyFormatException {
    this.name = name;
    this.header = header;
    this.values = values.slice().order(header.order());
    int dimensions = header.shape().size();
    if (dimensions != 2 && dimensions != 4) {
      throw new NumpyFormatException(
          "has %d dimensions: expected are samples x neurons, or samples x channels x rows x columns"
              .formatted(dimensions));
    }
    if (header.shape().get(0) < 1) {
      throw new NumpyFormatException("has 0 rows: a snapshot needs 1 sample or more");
    }
    if (header.shape().get(1) < 2) {
      throw new NumpyFormatException(
          "has %d columns: a connectome needs 2 neurons or more".formatted(header.shape().get(1)));
    }
    samples = Math.toIntExact(header.shape().get(0));
    neurons = Math.toIntExact(header.shape().get(1));
    positions =
        dimensions == 2 ? 1 : Math.toIntExact(header.shape().get(2) * header.shape().get(3));
    if (positions < 1) {
      throw new NumpyFormatException("has channels without positions");
    }
  }

  /** {@return the name in an archive; the number, from 0, in a file of several; else empty} */
  public String name() {
    return name;
  }

  /** {@return N, the number of samples, 1 or more} */
  public int samples() {
    return samples;
  }

  /** {@return P, the number of neurons or channels, 2 or more} */
  public int neurons() {
    return neurons;
  }

  /**
   * Converts the values, in O(values) time.
   *
   * @return a new matrix, to be closed
   * @throws NonFiniteActivationException if a value of float64 is not finite; others are not
   *     checked
   */
  public ActivationMatrix activations() {
    double[] means = new double[neurons];
    double[] scales = new double[neurons];
    if (header.bytesPerValue() == Double.BYTES) {
      centre(means, scales);
    }
    ActivationMatrix matrix = ActivationMatrix.allocate(samples, neurons);
    ByteBuffer row = ByteBuffer.allocate(neurons * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int sample = 0; sample < samples; sample++) {
      row.clear();
      for (int neuron = 0; neuron < neurons; neuron++) {
        double value = value(sample, neuron);
        row.putFloat(
            (float) (scales[neuron] == 0 ? value : (value - means[neuron]) * scales[neuron]));
      }
      matrix.putRows(sample, 1, row.flip());
    }
    return matrix;
  }

  private void centre(double[] means, double[] scales) {
    for (int sample = 0; sample < samples; sample++) {
      for (int neuron = 0; neuron < neurons; neuron++) {
        double value = value(sample, neuron);
        if (!Double.isFinite(value)) {
          throw new NonFiniteActivationException(sample, neuron, (float) value);
        }
        means[neuron] += value / samples;
      }
    }
    for (int neuron = 0; neuron < neurons; neuron++) {
      double largest = 0;
      for (int sample = 0; sample < samples; sample++) {
        largest = Math.max(largest, Math.abs(value(sample, neuron) - means[neuron]));
      }
      boolean fits = largest == 0 || (largest > SMALLEST && largest < LARGEST);
      scales[neuron] = fits ? 1 : Math.scalb(1.0, -Math.getExponent(largest));
    }
  }

  /** The response of a neuron to a sample, or the mean of the responses of a channel. */
  private double value(int sample, int neuron) {
    if (positions == 1) {
      return at(index(sample, neuron, 0));
    }
    double sum = 0;
    for (int position = 0; position < positions; position++) {
      sum += at(index(sample, neuron, position));
    }
    return sum / positions;
  }

  /** In whichever order, the positions of a channel are visited once each. */
  private int index(int sample, int neuron, int position) {
    return header.fortranOrder()
        ? sample + samples * (neuron + neurons * position)
        : (sample * neurons + neuron) * positions + position;
  }

  private double at(int index) {
    return switch (header.bytesPerValue()) {
      case Short.BYTES -> half(values.getShort(index * Short.BYTES));
      case Float.BYTES -> values.getFloat(index * Float.BYTES);
      default -> values.getDouble(index * Double.BYTES);
    };
  }

  /** The number of a float16: sign, five bits of exponent, ten of the significand. */
  static float half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int significand = bits & 0x3ff;
    float size =
        switch (exponent) {
          case 0 -> significand * 0x1p-24f;
          case 0x1f -> significand == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> Math.scalb(1f + significand * 0x1p-10f, exponent - 15);
        };
    return bits < 0 ? -size : size;
  }
}
