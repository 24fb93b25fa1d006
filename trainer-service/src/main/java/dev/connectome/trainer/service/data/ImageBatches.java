package dev.connectome.trainer.service.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;

/**
 * The images of one split as the network sees them: each channel standardized with the mean and the
 * deviation of the training images. Immutable; may be used by any thread.
 */
public final class ImageBatches {

  /** Alignment to cache lines lets the engine read whole vectors. */
  private static final int ALIGNMENT = 64;

  private static final float[] HARD = {};

  private final ImageShape shape;
  private final int classes;
  private final int[] members;
  private final byte[] labels;
  private final LabelledData.Standardized standardized;

  /**
   * Images in memory, ready for the engine.
   *
   * @param values standardized pixels: float32, native order, outside the heap; shared, must not be
   *     changed
   * @param classes the class of each image; of a mixed image that of its larger part; shared, must
   *     not be changed
   * @param targets the shares of all classes, images × classes, where labels are soft; else empty;
   *     shared, must not be changed
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Batch(ByteBuffer values, long[] classes, float[] targets) {

    public int count() {
      return classes.length;
    }

    /**
     * Returns float32, images × values. On a CPU the array is not a copy: close it before the
     * buffer is reused.
     */
    public NDArray inputs(NDManager manager) {
      int size = values.remaining() / Float.BYTES / count();
      return manager.create(values, new Shape(count(), size), DataType.FLOAT32);
    }

    /** Returns int64, one per image; float32, images × classes, where labels are soft. */
    public NDArray labels(NDManager manager) {
      return targets.length == 0
          ? manager.create(classes)
          : manager.create(targets, new Shape(count(), targets.length / count()));
    }
  }

  /** Makes a split of some images, its members; a label belongs to a member. */
  ImageBatches(LabelledData data, int[] members, byte[] labels, Moments[] moments) {
    this.shape = data.shape();
    this.classes = data.classes();
    this.members = members;
    this.labels = labels;
    this.standardized = data.standardized(moments);
  }

  public int count() {
    return members.length;
  }

  public ImageShape shape() {
    return shape;
  }

  public int classes() {
    return classes;
  }

  /** Allocates a buffer outside the heap for the values of some images. */
  public ByteBuffer allocate(int count) {
    int bytes = Math.multiplyExact(Math.multiplyExact(count, shape.size()), Float.BYTES);
    // An aligned slice may lose up to one alignment less a byte at either end.
    return ByteBuffer.allocateDirect(bytes + 2 * ALIGNMENT)
        .alignedSlice(ALIGNMENT)
        .order(ByteOrder.nativeOrder());
  }

  /**
   * Gathers images.
   *
   * @param order positions in this split
   * @param from the first index in {@code order}
   * @param to the index after the last
   * @param buffer receives the values; must be large enough
   */
  public Batch batch(int[] order, int from, int to, ByteBuffer buffer) {
    int size = shape.size();
    var classes = new long[to - from];
    ByteBuffer values =
        buffer
            .duplicate()
            .clear()
            .limit(classes.length * size * Float.BYTES)
            .order(ByteOrder.nativeOrder());
    FloatBuffer target = values.asFloatBuffer();
    var image = new float[size];
    for (int i = from; i < to; i++) {
      standardized.get(members[order[i]], image);
      target.put(image);
      classes[i - from] = labels[order[i]] & 0xff;
    }
    return new Batch(values, classes, HARD);
  }

  /**
   * Gathers images for the training.
   *
   * @param augmentation changes them
   * @param random decides how
   */
  public Batch batch(
      int[] order, int from, int to, ByteBuffer buffer, Augmentation augmentation, Random random) {
    return augmentation.apply(batch(order, from, to, buffer), random);
  }

  /** A black pixel of each channel, standardized. */
  float[] black() {
    return standardized.zero();
  }

  /** Returns the inputs at some positions in a buffer of their own: float32, images × values. */
  public NDArray inputs(NDManager manager, int... order) {
    return batch(order, 0, order.length, allocate(order.length)).inputs(manager);
  }
}
