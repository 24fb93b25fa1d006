package dev.connectome.trainer.service.image;

/**
 * Scales as PIL does, to the bit: each new pixel is a mean of those it covers, weighted by a
 * triangle over them, first along the rows and then along the columns, with weights in fixed point
 * and values rounded in between. Enlarging, the triangle spans two pixels, which is bilinear
 * interpolation; reducing, it grows with the factor, so that no pixel is passed over.
 */
final class Resampling {

  private static final int PRECISION = 22;

  private Resampling() {}

  /** The pixels that make up each new one along an axis, and their weights. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Weights(int[] first, int[][] weights) {

    static Weights of(int size, int newSize) {
      double scale = (double) size / newSize;
      double reach = Math.max(1, scale);
      var first = new int[newSize];
      var weights = new int[newSize][];
      for (int i = 0; i < newSize; i++) {
        double centre = (i + 0.5) * scale;
        int from = Math.max(0, (int) (centre - reach + 0.5));
        int to = Math.min(size, (int) (centre + reach + 0.5));
        var shares = new double[to - from];
        double sum = 0;
        for (int k = 0; k < shares.length; k++) {
          shares[k] = Math.max(0, 1 - Math.abs((k + from - centre + 0.5) / reach));
          sum += shares[k];
        }
        weights[i] = new int[shares.length];
        for (int k = 0; k < shares.length; k++) {
          weights[i][k] = (int) (0.5 + shares[k] / sum * (1 << PRECISION));
        }
        first[i] = from;
      }
      return new Weights(first, weights);
    }
  }

  static RgbImage scale(RgbImage image, int width, int height) {
    byte[] rows = image.pixels();
    if (width != image.width()) {
      rows = alongRows(image, Weights.of(image.width(), width));
    }
    if (height != image.height()) {
      rows = alongColumns(rows, width, Weights.of(image.height(), height));
    }
    return new RgbImage(width, height, rows);
  }

  private static byte[] alongRows(RgbImage image, Weights weights) {
    int width = weights.first.length;
    var scaled = new byte[image.height() * width * RgbImage.CHANNELS];
    for (int y = 0, target = 0; y < image.height(); y++) {
      for (int x = 0; x < width; x++) {
        int source = (y * image.width() + weights.first[x]) * RgbImage.CHANNELS;
        for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
          scaled[target++] =
              sum(image.pixels(), source + channel, RgbImage.CHANNELS, weights.weights[x]);
        }
      }
    }
    return scaled;
  }

  private static byte[] alongColumns(byte[] pixels, int width, Weights weights) {
    int row = width * RgbImage.CHANNELS;
    int height = weights.first.length;
    var scaled = new byte[height * row];
    for (int y = 0; y < height; y++) {
      for (int value = 0; value < row; value++) {
        scaled[y * row + value] =
            sum(pixels, weights.first[y] * row + value, row, weights.weights[y]);
      }
    }
    return scaled;
  }

  private static byte sum(byte[] pixels, int first, int step, int[] weights) {
    int sum = 1 << (PRECISION - 1);
    for (int k = 0, at = first; k < weights.length; k++, at += step) {
      sum += (pixels[at] & 0xff) * weights[k];
    }
    return (byte) Math.min(255, sum >> PRECISION);
  }
}
