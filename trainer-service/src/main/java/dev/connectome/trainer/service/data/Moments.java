package dev.connectome.trainer.service.data;

/**
 * Mean and standard deviation of the values of a channel; of pixels, 0 to 255. The deviation is 1
 * if all are equal.
 */
record Moments(double mean, double deviation) {

  /** A value less the mean, divided by the deviation. */
  float standardize(double value) {
    return (float) ((value - mean) / deviation);
  }

  /** The moments of each channel over the images that are members. */
  static Moments[] of(LabelledImages images, int[] members) {
    var moments = new Moments[images.shape().channels()];
    for (int channel = 0; channel < moments.length; channel++) {
      moments[channel] = of(images, members, channel);
    }
    return moments;
  }

  private static Moments of(LabelledImages images, int[] members, int channel) {
    int plane = images.shape().rows() * images.shape().columns();
    double sum = 0;
    double squares = 0;
    for (int member : members) {
      int first = member * images.imageSize() + channel * plane;
      for (int p = first; p < first + plane; p++) {
        int value = images.pixels()[p] & 0xff;
        sum += value;
        squares += (double) value * value;
      }
    }
    double count = Math.max(1, (double) members.length * plane);
    double mean = sum / count;
    double deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
    return new Moments(mean, deviation == 0 ? 1 : deviation);
  }
}
