package dev.connectome.trainer.service.data;

/**
 * Grey images of one size and their classes.
 *
 * @param rows pixels from top to bottom
 * @param columns pixels from left to right
 * @param pixels rows · columns bytes an image, row by row, 0 black to 255 white; shared, not to be
 *     changed
 * @param labels a class an image, 0 to 9; shared, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent")
public record LabelledImages(int rows, int columns, byte[] pixels, byte[] labels) {

  /** How many classes there are. */
  public static final int CLASSES = 10;

  /**
   * The size of an image.
   *
   * @return pixels an image
   */
  public int imageSize() {
    return rows * columns;
  }

  /**
   * The number of images.
   *
   * @return images
   */
  public int count() {
    return labels.length;
  }
}
