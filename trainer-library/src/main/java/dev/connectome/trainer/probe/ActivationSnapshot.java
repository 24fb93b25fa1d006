package dev.connectome.trainer.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The activations of P neurons for the N inputs of the probe set at the end of an epoch, as a
 * matrix {@code samples × neurons}; if the network classifies, with the class that it predicts for
 * each input. Immutable.
 */
public final class ActivationSnapshot {

  /**
   * An observed layer.
   *
   * @param name its name, unique in the network
   * @param neurons the number of its neurons, which are columns of the matrix
   */
  public record Layer(String name, int neurons) {}

  private final int epoch;
  private final int samples;
  private final List<Layer> layers;
  private final float[] values;
  private final Instant capturedAt;
  private final Map<String, Double> metrics;
  private final int[] predictedClasses;

  /**
   * Makes a snapshot without predicted classes. The array is not copied and must not be changed
   * afterwards.
   *
   * @param epoch the epoch, from 1
   * @param samples N, the number of inputs
   * @param layers the layers, in the order of their columns
   * @param values N · P activations, row by row
   * @param capturedAt when the forward pass ended
   * @param metrics the training metrics of the epoch, by name
   * @throws IllegalArgumentException if there are not N · P values
   */
  public ActivationSnapshot(
      int epoch,
      int samples,
      List<Layer> layers,
      float[] values,
      Instant capturedAt,
      Map<String, Double> metrics) {
    this(epoch, samples, layers, values, capturedAt, metrics, new int[0]);
  }

  private ActivationSnapshot(
      int epoch,
      int samples,
      List<Layer> layers,
      float[] values,
      Instant capturedAt,
      Map<String, Double> metrics,
      int[] predictedClasses) {
    this.epoch = epoch;
    this.samples = samples;
    this.layers = List.copyOf(layers);
    this.values = values;
    this.capturedAt = capturedAt;
    this.metrics = Map.copyOf(metrics);
    this.predictedClasses = predictedClasses;
    if (values.length != (long) samples * neurons()) {
      throw new IllegalArgumentException(
          "%d samples of %d neurons need as many values, not %d"
              .formatted(samples, neurons(), values.length));
    }
  }

  /**
   * Returns this snapshot with the class that the network itself predicts for each input. The
   * platform needs them to tell whether inputs that the network sees as close are decided alike; no
   * labels take part.
   *
   * @param classes for each of the N inputs, in order, the index of the largest output of the
   *     network in inference mode, from 0
   * @return a snapshot with the same activations
   * @throws IllegalArgumentException if there are not N classes, or one is negative
   */
  public ActivationSnapshot withPredictedClasses(int... classes) {
    if (classes.length != samples) {
      throw new IllegalArgumentException(
          "%d samples have as many predicted classes, not %d".formatted(samples, classes.length));
    }
    int lowest = Arrays.stream(classes).min().orElse(0);
    if (lowest < 0) {
      throw new IllegalArgumentException("a predicted class is 0 or more, not " + lowest);
    }
    return new ActivationSnapshot(
        epoch, samples, layers, values, capturedAt, metrics, classes.clone());
  }

  /**
   * Returns the epoch.
   *
   * @return the epoch, from 1
   */
  public int epoch() {
    return epoch;
  }

  /**
   * Returns the number of rows, N.
   *
   * @return the number of inputs
   */
  public int samples() {
    return samples;
  }

  /**
   * Returns the number of columns, P.
   *
   * @return the number of neurons in all layers
   */
  public int neurons() {
    return layers.stream().mapToInt(Layer::neurons).sum();
  }

  /**
   * Returns the observed layers.
   *
   * @return the layers, in the order of their columns
   */
  public List<Layer> layers() {
    return layers;
  }

  /**
   * Returns when the activations were captured.
   *
   * @return the end of the forward pass
   */
  public Instant capturedAt() {
    return capturedAt;
  }

  /**
   * Returns the training metrics of the epoch.
   *
   * @return the metrics by name
   */
  public Map<String, Double> metrics() {
    return metrics;
  }

  /**
   * Returns the class that the network predicts for each input.
   *
   * @return N classes, in the order of the rows; none if the network does not classify
   */
  public int[] predictedClasses() {
    return predictedClasses.clone();
  }

  /**
   * Returns a copy of consecutive rows.
   *
   * @param firstSample the first row, from 0
   * @param sampleCount the number of rows
   * @return their float32 values, row by row, little-endian, positioned at the first
   */
  public ByteBuffer rows(int firstSample, int sampleCount) {
    int neurons = neurons();
    var bytes =
        ByteBuffer.allocate(sampleCount * neurons * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, firstSample * neurons, sampleCount * neurons);
    return bytes;
  }
}
