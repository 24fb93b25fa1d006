package dev.connectome.topology;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An activation snapshot: the responses of P neurons to N samples, as an N × P matrix of float32,
 * samples in rows. Takes 4 · N · P bytes off the heap until it is closed.
 *
 * <p>It is filled in blocks of whole rows, in any order; rows that were never put are undefined.
 * Values are not checked here. For one thread at a time.
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
   * Allocates a matrix to be filled.
   *
   * @param samples N, 1 or more
   * @param neurons P, 2 or more
   * @return the matrix, with undefined values
   * @throws IllegalArgumentException if a dimension is too small
   */
  public static ActivationMatrix allocate(int samples, int neurons) {
    if (samples < 1) {
      throw new IllegalArgumentException("a snapshot needs at least 1 sample, not " + samples);
    }
    if (neurons < 2) {
      throw new IllegalArgumentException("a connectome needs at least 2 neurons, not " + neurons);
    }
    return new ActivationMatrix(samples, neurons);
  }

  /**
   * Copies an array into a new matrix.
   *
   * @param samples N, 1 or more
   * @param neurons P, 2 or more
   * @param rowMajor N · P values, row by row
   * @return the matrix
   * @throws IllegalArgumentException if a dimension is too small or the array has another size
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
   * Copies a block of rows into the matrix.
   *
   * @param firstSample the first row of the block, from 0
   * @param sampleCount the number of rows
   * @param littleEndianFloats {@code sampleCount} · P float32 values, row by row, between the
   *     buffer's position and its limit, which do not change
   * @throws IllegalArgumentException if the block does not lie within the matrix or the buffer has
   *     another size
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

  /** {@return N, the number of samples} */
  public int samples() {
    return samples;
  }

  /** {@return P, the number of neurons} */
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

  /** Frees the memory; the matrix cannot be used afterwards. */
  @Override
  public void close() {
    if (values.closeable()) {
      values.close();
    }
  }
}
