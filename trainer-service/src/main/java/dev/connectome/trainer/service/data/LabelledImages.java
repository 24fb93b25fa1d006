package dev.connectome.trainer.service.data;

/**
 * Images of one shape and their classes.
 *
 * @param shape the shape of each
 * @param classes how many classes there are, at most 256
 * @param pixels a byte a value, 0 dark to 255 bright: image by image, channel by channel, row by
 *     row; shared, not to be changed
 * @param labels a class an image, as an unsigned byte below {@code classes}; shared, not to be
 *     changed
 */
@SuppressWarnings("ArrayRecordComponent")
public record LabelledImages(ImageShape shape, int classes, byte[] pixels, byte[] labels) {

  /** More classes than a label can tell apart are not possible. */
  static final int MAX_CLASSES = 256;

  /**
   * The size of an image.
   *
   * @return values an image
   */
  public int imageSize() {
    return shape.size();
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
