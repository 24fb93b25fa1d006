package dev.connectome.topology;

/** Thrown if an activation is NaN or infinite: the snapshot has no connectome. */
public final class NonFiniteActivationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int sample;
  private final int neuron;

  /**
   * Names the first such value found.
   *
   * @param sample its row, from 0
   * @param neuron its column, from 0
   * @param value the value
   */
  public NonFiniteActivationException(int sample, int neuron, float value) {
    super("the activation of neuron %d for sample %d is %s".formatted(neuron, sample, value));
    this.sample = sample;
    this.neuron = neuron;
  }

  /** {@return the sample of the first such value found: its row, from 0} */
  public int sample() {
    return sample;
  }

  /** {@return the neuron of the first such value found: its column, from 0} */
  public int neuron() {
    return neuron;
  }
}
