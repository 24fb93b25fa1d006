package dev.connectome.topology;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The responses of P neurons to N inputs: an N × P matrix of float32, samples in rows, kept off the
 * heap.
 *
 * <p>It is filled in blocks of whole rows, in any order. Rows that were never put are undefined.
 * Not safe for use by several threads at once.
 */
public final class ActivationMatrix implements AutoCloseable {

  private final int samples;
  private final int neurons;
  private final INDArray values;
  private final FloatPointer pointer;

  private ActivationMatrix(int samples, int neurons) {
    this.samples = samples;
    this.neurons = neurons;
    this.values = Nd4j.createUninitialized(DataType.FLOAT, new long[] {samples, neurons}, 'c');
    this.pointer = new FloatPointer(values.data().pointer());
  }

  /**
   * Makes a matrix to be filled.
   *
   * @param samples N, 1 or more
   * @param neurons P, 2 or more
   * @return the matrix, its values undefined
   * @throws IllegalArgumentException if a dimension is too small
   */
  public static ActivationMatrix allocate(int samples, int neurons) {
    if (samples < 1) {
      throw new IllegalArgumentException("a snapshot needs 1 sample or more, not " + samples);
    }
    if (neurons < 2) {
      throw new IllegalArgumentException("a connectome needs 2 neurons or more, not " + neurons);
    }
    return new ActivationMatrix(samples, neurons);
  }

  /**
   * Makes a matrix of an array.
   *
   * @param samples N, 1 or more
   * @param neurons P, 2 or more
   * @param rowMajor N · P values, row by row
   * @return the matrix
   * @throws IllegalArgumentException if a dimension is too small or the array is of another size
   */
  public static ActivationMatrix of(int samples, int neurons, float[] rowMajor) {
    if (rowMajor.length != (long) samples * neurons) {
      throw new IllegalArgumentException(
          "%d × %d values expected, not %d".formatted(samples, neurons, rowMajor.length));
    }
    ActivationMatrix matrix = allocate(samples, neurons);
    matrix.pointer.position(0).put(rowMajor, 0, rowMajor.length);
    return matrix;
  }

  /**
   * Puts a block of rows in its place.
   *
   * @param firstSample the first row of the block, from 0
   * @param sampleCount how many rows it has
   * @param littleEndianFloats {@code sampleCount} · P float32 values between the buffer's position
   *     and its limit; both are left as they are
   * @throws IllegalArgumentException if the block does not lie within the matrix or is of another
   *     size
   */
  public void putRows(int firstSample, int sampleCount, ByteBuffer littleEndianFloats) {
    if (firstSample < 0 || sampleCount < 0 || firstSample > samples - sampleCount) {
      throw new IllegalArgumentException(
          "rows %d to %d do not lie within 0 to %d"
              .formatted(firstSample, (long) firstSample + sampleCount, samples));
    }
    if (littleEndianFloats.remaining() != (long) sampleCount * neurons * Float.BYTES) {
      throw new IllegalArgumentException(
          "%d rows of %d float32 need %d bytes, not %d"
              .formatted(
                  sampleCount,
                  neurons,
                  (long) sampleCount * neurons * Float.BYTES,
                  littleEndianFloats.remaining()));
    }
    long begin = (long) firstSample * neurons;
    new FloatPointer(pointer)
        .position(begin)
        .limit(begin + (long) sampleCount * neurons)
        .asBuffer()
        .put(littleEndianFloats.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer());
  }

  /**
   * N.
   *
   * @return the number of samples
   */
  public int samples() {
    return samples;
  }

  /**
   * P.
   *
   * @return the number of neurons
   */
  public int neurons() {
    return neurons;
  }

  /** Copies row {@code sample} into {@code row}. */
  void row(int sample, float[] row) {
    pointer.position((long) sample * neurons).get(row, 0, neurons);
  }

  /** The response of a neuron to a sample. */
  float value(int sample, int neuron) {
    return pointer.position(0).get((long) sample * neurons + neuron);
  }

  /** Frees the memory. */
  @Override
  public void close() {
    if (values.closeable()) {
      values.close();
    }
  }
}
