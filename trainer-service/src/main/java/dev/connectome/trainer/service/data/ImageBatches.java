package dev.connectome.trainer.service.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;

/**
 * Images of one split as the network sees them: pixels standardised by the mean and deviation of
 * the training images.
 */
public final class ImageBatches {

  private final LabelledImages images;
  private final int[] members;
  private final byte[] labels;
  private final float[] grey;

  /**
   * Makes a split.
   *
   * @param images the images it is taken from
   * @param members which of them belong to it
   * @param labels the class of each member
   * @param mean of the training images' pixels, 0 to 255
   * @param deviation of the same
   */
  ImageBatches(LabelledImages images, int[] members, byte[] labels, double mean, double deviation) {
    this.images = images;
    this.members = members;
    this.labels = labels;
    this.grey = new float[256];
    for (int value = 0; value < grey.length; value++) {
      grey[value] = (float) ((value - mean) / deviation);
    }
  }

  /**
   * The number of images.
   *
   * @return images in this split
   */
  public int count() {
    return members.length;
  }

  /**
   * The size of an image.
   *
   * @return pixels an image
   */
  public int imageSize() {
    return images.imageSize();
  }

  /**
   * The inputs of some images.
   *
   * @param manager what owns the array
   * @param order places in this split
   * @param from the first place in {@code order}
   * @param to behind the last
   * @return float32, images × pixels
   */
  public NDArray inputs(NDManager manager, int[] order, int from, int to) {
    int size = images.imageSize();
    var values = new float[(to - from) * size];
    byte[] pixels = images.pixels();
    for (int i = from; i < to; i++) {
      int source = members[order[i]] * size;
      int target = (i - from) * size;
      for (int p = 0; p < size; p++) {
        values[target + p] = grey[pixels[source + p] & 0xff];
      }
    }
    return manager.create(FloatBuffer.wrap(values), new Shape(to - from, size));
  }

  /**
   * The classes of some images.
   *
   * @param manager what owns the array
   * @param order places in this split
   * @param from the first place in {@code order}
   * @param to behind the last
   * @return int64, one an image
   */
  public NDArray labels(NDManager manager, int[] order, int from, int to) {
    var classes = new long[to - from];
    for (int i = from; i < to; i++) {
      classes[i - from] = labels[order[i]];
    }
    return manager.create(classes);
  }
}
