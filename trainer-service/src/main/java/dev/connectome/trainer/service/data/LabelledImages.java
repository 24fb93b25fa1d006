package dev.connectome.trainer.service.data;

/**
 * Images of one shape and their classes.
 *
 * @param classes the number of classes, at most 256
 * @param pixels unsigned bytes, 0 dark to 255 bright: image by image, channel by channel, row by
 *     row; shared, must not be changed
 * @param labels the class of each image as an unsigned byte; shared, must not be changed
 */
@SuppressWarnings("ArrayRecordComponent")
record LabelledImages(ImageShape shape, int classes, byte[] pixels, byte[] labels)
    implements LabelledData {

  private static final int VALUES = 256;

  int imageSize() {
    return shape.size();
  }

  @Override
  public Moments[] moments(int[] members) {
    return Moments.of(this, members);
  }

  @Override
  public Standardized standardized(Moments[] moments) {
    var table = new float[moments.length][VALUES];
    for (int channel = 0; channel < moments.length; channel++) {
      for (int value = 0; value < VALUES; value++) {
        table[channel][value] = moments[channel].standardize(value);
      }
    }
    return new ByTable(this, table);
  }

  /** Looks each pixel up. */
  private record ByTable(LabelledImages images, float[][] table) implements Standardized {

    @Override
    public void get(int input, float[] values) {
      int plane = values.length / table.length;
      int first = input * values.length;
      int value = 0;
      for (float[] channel : table) {
        for (int p = 0; p < plane; p++, value++) {
          values[value] = channel[images.pixels[first + value] & 0xff];
        }
      }
    }

    @Override
    public float[] zero() {
      var zero = new float[table.length];
      for (int channel = 0; channel < zero.length; channel++) {
        zero[channel] = table[channel][0];
      }
      return zero;
    }
  }
}
