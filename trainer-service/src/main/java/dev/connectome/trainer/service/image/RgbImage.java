package dev.connectome.trainer.service.image;

/**
 * An image in colour.
 *
 * @param pixels three unsigned bytes a pixel, red, green and blue, row by row; shared, must not be
 *     changed
 */
@SuppressWarnings("ArrayRecordComponent")
public record RgbImage(int width, int height, byte[] pixels) {

  /** Values of a pixel. */
  public static final int CHANNELS = 3;

  /** The image in another size, as PIL's {@code resize} with its filter BILINEAR gives it. */
  public RgbImage scaled(int newWidth, int newHeight) {
    return Resampling.scale(this, newWidth, newHeight);
  }

  /**
   * The image as it is to be looked at.
   *
   * @param orientation as EXIF numbers them, 1 to 8
   */
  RgbImage turned(int orientation) {
    boolean transposed = orientation >= 5;
    boolean fromRight = orientation / 2 % 2 == 1;
    boolean fromBelow = (orientation - 1) / 2 % 2 == 1;
    int newWidth = transposed ? height : width;
    int newHeight = transposed ? width : height;
    var turned = new byte[pixels.length];
    int target = 0;
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        int along = fromRight ? newWidth - 1 - x : x;
        int down = fromBelow ? newHeight - 1 - y : y;
        int source = transposed ? along * width + down : down * width + along;
        System.arraycopy(pixels, CHANNELS * source, turned, CHANNELS * target++, CHANNELS);
      }
    }
    return new RgbImage(newWidth, newHeight, turned);
  }
}
