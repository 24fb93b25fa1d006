package dev.connectome.topology.numpy;

/** Thrown when bytes are not a NumPy file of activations. */
public final class NumpyFormatException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * Says what is wrong.
   *
   * @param problem a sentence without its subject, the file, and without a full stop
   */
  NumpyFormatException(String problem) {
    super(problem);
  }
}
