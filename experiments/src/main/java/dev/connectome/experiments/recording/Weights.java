package dev.connectome.experiments.recording;

/** Which weights after an epoch a rule is judged by. */
public enum Weights {
  /** Those of the moment. */
  EPOCH("testAccuracy"),
  /** Their moving average over the steps. */
  AVERAGE("averagedTestAccuracy");

  private final String accuracy;

  Weights(String accuracy) {
    this.accuracy = accuracy;
  }

  /** The series of their accuracy on the test images. */
  public String accuracy() {
    return accuracy;
  }
}
