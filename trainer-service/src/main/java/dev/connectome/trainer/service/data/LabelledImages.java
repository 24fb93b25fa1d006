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
public record LabelledImages(ImageShape shape, int classes, byte[] pixels, byte[] labels) {

  /** The number of values of a label. */
  static final int MAX_CLASSES = 256;

  public int imageSize() {
    return shape.size();
  }

  public int count() {
    return labels.length;
  }
}
