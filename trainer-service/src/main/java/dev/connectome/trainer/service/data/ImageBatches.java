package dev.connectome.trainer.service.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Images of one split as the network sees them: each channel standardised by the mean and deviation
 * of the training images. Immutable.
 */
public final class ImageBatches {

  /** Where a cache line begins: the engine reads what lies there in whole vectors. */
  private static final int ALIGNMENT = 64;

  private final LabelledImages images;
  private final int[] members;
  private final byte[] labels;
  private final float[][] brightness;

  /**
   * Some images in memory, ready to be given to the engine.
   *
   * @param values their pixels, standardised: float32, native order, outside the heap; shared, not
   *     to be changed
   * @param classes a class an image; shared, not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Batch(ByteBuffer values, long[] classes) {

    /**
     * The number of images.
     *
     * @return images
     */
    public int count() {
      return classes.length;
    }

    /**
     * The inputs. On a CPU the array is these very values, not a copy: it must be closed before
     * their room is used again.
     *
     * @param manager what owns the array
     * @return float32, images × values
     */
    public NDArray inputs(NDManager manager) {
      int size = values.remaining() / Float.BYTES / count();
      return manager.create(values, new Shape(count(), size), DataType.FLOAT32);
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
   * Room outside the heap for the values of some images, to be used for one batch after another.
   *
   * @param count images
   * @return the room
   */
  public ByteBuffer room(int count) {
    int bytes = Math.multiplyExact(Math.multiplyExact(count, images.imageSize()), Float.BYTES);
    return ByteBuffer.allocateDirect(bytes + ALIGNMENT)
        .alignedSlice(ALIGNMENT)
        .order(ByteOrder.nativeOrder());
  }

  /**
   * Gathers some images. May be called on any thread.
   *
   * @param order places in this split
   * @param from the first place in {@code order}
   * @param to behind the last
   * @param room where their values are put; must be large enough
   * @return the images
   */
  public Batch batch(int[] order, int from, int to, ByteBuffer room) {
    int size = images.imageSize();
    var classes = new long[to - from];
    ByteBuffer values =
        room.duplicate()
            .clear()
            .limit(classes.length * size * Float.BYTES)
            .order(ByteOrder.nativeOrder());
    FloatBuffer target = values.asFloatBuffer();
    var image = new float[size];
    for (int i = from; i < to; i++) {
      standardise(members[order[i]] * size, image);
      target.put(image);
      classes[i - from] = labels[order[i]] & 0xff;
    }
    return new Batch(values, classes);
  }

  private void standardise(int first, float[] image) {
    int plane = image.length / brightness.length;
    byte[] pixels = images.pixels();
    int value = 0;
    for (float[] channel : brightness) {
      for (int p = 0; p < plane; p++, value++) {
        image[value] = channel[pixels[first + value] & 0xff];
      }
    }
  }

  /**
   * The inputs of some images, in room of their own.
   *
   * @param manager what owns the array
   * @param order places in this split; their number is that of the images
   * @return float32, images × values
   */
  public NDArray inputs(NDManager manager, int... order) {
    return batch(order, 0, order.length, room(order.length)).inputs(manager);
  }
}
