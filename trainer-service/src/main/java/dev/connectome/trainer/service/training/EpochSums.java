package dev.connectome.trainer.service.training;

/**
 * What a part of an epoch adds to its training metrics.
 *
 * @param loss the sum of the losses of all images
 * @param correct the images whose class was found
 * @param seen the images trained on
 */
record EpochSums(double loss, long correct, int seen) {

  static final EpochSums NONE = new EpochSums(0, 0, 0);

  EpochSums plus(double batchLoss, long batchCorrect, int batchSeen) {
    return new EpochSums(loss + batchLoss, correct + batchCorrect, seen + batchSeen);
  }

  double meanLoss() {
    return loss / seen;
  }

  /** The share of images whose class was found, 0 to 1. */
  double accuracy() {
    return (double) correct / seen;
  }
}
