package dev.connectome.trainer.service.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;

/**
 * Images of one split as the network sees them: each channel standardised by the mean and deviation
 * of the training images. Immutable.
 */
public final class ImageBatches {

  private final LabelledImages images;
  private final int[] members;
  private final byte[] labels;
  private final float[][] brightness;

  /**
   * Some images in memory, ready to be given to the engine.
   *
   * @param values their pixels, standardised; shared, not to be changed
   * @param classes a class an image; shared, not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Batch(float[] values, long[] classes) {

    /**
     * The number of images.
     *
     * @return images
     */
    public int count() {
      return classes.length;
    }

    /**
     * The inputs.
     *
     * @param manager what owns the array
     * @return float32, images × values
     */
    public NDArray inputs(NDManager manager) {
      return manager.create(FloatBuffer.wrap(values), new Shape(count(), values.length / count()));
    }

    /**
     * The classes.
     *
     * @param manager what owns the array
     * @return int64, one an image
     */
    public NDArray labels(NDManager manager) {
      return manager.create(classes);
    }
  }

  /**
   * Makes a split.
   *
   * @param images the images it is taken from
   * @param members which of them belong to it
   * @param labels the class of each member
   * @param moments of each channel of the training images
   */
  ImageBatches(LabelledImages images, int[] members, byte[] labels, Moments[] moments) {
    this.images = images;
    this.members = members;
    this.labels = labels;
    this.brightness = new float[moments.length][256];
    for (int channel = 0; channel < moments.length; channel++) {
      for (int value = 0; value < 256; value++) {
        brightness[channel][value] =
            (float) ((value - moments[channel].mean()) / moments[channel].deviation());
      }
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
   * The shape of an image.
   *
   * @return the shape
   */
  public ImageShape shape() {
    return images.shape();
  }

  /**
   * The number of classes.
   *
   * @return classes that an image may be of
   */
  public int classes() {
    return images.classes();
  }

  /**
   * Gathers some images. May be called on any thread.
   *
   * @param order places in this split
   * @param from the first place in {@code order}
   * @param to behind the last
   * @return the images
   */
  public Batch batch(int[] order, int from, int to) {
    var classes = new long[to - from];
    for (int i = from; i < to; i++) {
      classes[i - from] = labels[order[i]] & 0xff;
    }
    return new Batch(values(order, from, to), classes);
  }

  private float[] values(int[] order, int from, int to) {
    int size = images.imageSize();
    int plane = size / brightness.length;
    var values = new float[(to - from) * size];
    byte[] pixels = images.pixels();
    for (int i = from; i < to; i++) {
      int source = members[order[i]] * size;
      int target = (i - from) * size;
      for (float[] channel : brightness) {
        for (int p = 0; p < plane; p++) {
          values[target++] = channel[pixels[source++] & 0xff];
        }
      }
    }
    return values;
  }

  /**
   * The inputs of some images.
   *
   * @param manager what owns the array
   * @param order places in this split
   * @param from the first place in {@code order}
   * @param to behind the last
   * @return float32, images × values
   */
  public NDArray inputs(NDManager manager, int[] order, int from, int to) {
    return batch(order, from, to).inputs(manager);
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
    return batch(order, from, to).labels(manager);
  }
}
