package dev.connectome.topology;

/** An activation is NaN or infinite, so that the snapshot has no connectome. */
public final class NonFiniteActivationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int sample;
  private final int neuron;

  NonFiniteActivationException(int sample, int neuron, float value) {
    super("the activation of neuron %d for sample %d is %s".formatted(neuron, sample, value));
    this.sample = sample;
    this.neuron = neuron;
  }

  /**
   * Where it is.
   *
   * @return the row, from 0
   */
  public int sample() {
    return sample;
  }

  /**
   * Where it is.
   *
   * @return the column, from 0
   */
  public int neuron() {
    return neuron;
  }
}
