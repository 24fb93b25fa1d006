package dev.connectome.trainer.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The responses of P neurons to the N inputs of the probe set, at the end of an epoch. Immutable.
 */
public final class ActivationSnapshot {

  /**
   * A layer whose neurons are observed.
   *
   * @param name its name, unique in the network
   * @param neurons how many columns it contributes
   */
  public record Layer(String name, int neurons) {}

  private final int epoch;
  private final int samples;
  private final List<Layer> layers;
  private final float[] values;
  private final Instant capturedAt;
  private final Map<String, Double> metrics;

  /**
   * Makes a snapshot. The array is taken over and must not be changed afterwards.
   *
   * @param epoch the epoch, from 1
   * @param samples N
   * @param layers the layers, in the order of their columns
   * @param values N · P values, row by row
   * @param capturedAt when the forward pass ended
   * @param metrics what was measured in the epoch
   * @throws IllegalArgumentException if the number of values is not that of samples and neurons
   */
  public ActivationSnapshot(
      int epoch,
      int samples,
      List<Layer> layers,
      float[] values,
      Instant capturedAt,
      Map<String, Double> metrics) {
    this.epoch = epoch;
    this.samples = samples;
    this.layers = List.copyOf(layers);
    this.values = values;
    this.capturedAt = capturedAt;
    this.metrics = Map.copyOf(metrics);
    if (values.length != (long) samples * neurons()) {
      throw new IllegalArgumentException(
          "%d samples of %d neurons need as many values, not %d"
              .formatted(samples, neurons(), values.length));
    }
  }

  /**
   * The epoch.
   *
   * @return the epoch, from 1
   */
  public int epoch() {
    return epoch;
  }

  /**
   * N.
   *
   * @return the number of inputs
   */
  public int samples() {
    return samples;
  }

  /**
   * P.
   *
   * @return the number of neurons
   */
  public int neurons() {
    return layers.stream().mapToInt(Layer::neurons).sum();
  }

  /**
   * The observed layers.
   *
   * @return the layers, in the order of their columns
   */
  public List<Layer> layers() {
    return layers;
  }

  /**
   * When the forward pass ended.
   *
   * @return the instant
   */
  public Instant capturedAt() {
    return capturedAt;
  }

  /**
   * What was measured in the epoch.
   *
   * @return the metrics by name
   */
  public Map<String, Double> metrics() {
    return metrics;
  }

  /**
   * Some rows.
   *
   * @param firstSample the first, from 0
   * @param sampleCount how many
   * @return their values, row by row, little-endian, ready to be read
   */
  public ByteBuffer rows(int firstSample, int sampleCount) {
    int neurons = neurons();
    var bytes =
        ByteBuffer.allocate(sampleCount * neurons * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, firstSample * neurons, sampleCount * neurons);
    return bytes;
  }
}
