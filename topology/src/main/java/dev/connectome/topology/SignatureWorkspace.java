package dev.connectome.topology;

import java.nio.IntBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reusable memory for computing signatures: N · P + P² float32 off the heap and O(P) on it, which
 * grows to the largest snapshot and is kept until the workspace is closed. Results that are closed
 * return their arrays to the workspace for later results, so a series of snapshots of one shape
 * allocates nothing after the second.
 *
 * <p>Use one workspace a thread; its results must be closed on that thread too.
 */
public final class SignatureWorkspace implements AutoCloseable {

  /** Enough for the weights of two connectomes and two signatures. */
  private static final int MAX_SPARE_ARRAYS = 6;

  private final Deque<float[]> spare = new ArrayDeque<>(MAX_SPARE_ARRAYS);
  private @Nullable INDArray centred;
  private @Nullable INDArray matrix;
  private @Nullable IntBuffer matrixBits;
  private @Nullable CentredColumns columns;
  private @Nullable MaximumSpanningTree tree;

  /** Creates an empty workspace. */
  public SignatureWorkspace() {}

  CentredColumns columns(int neurons) {
    if (columns == null || columns.neurons() != neurons) {
      columns = new CentredColumns(neurons);
    }
    return columns;
  }

  MaximumSpanningTree tree(int neurons) {
    if (tree == null || tree.neurons() != neurons) {
      tree = new MaximumSpanningTree(neurons);
    }
    return tree;
  }

  /** At least N · P values. */
  FloatPointer centred(int samples, int neurons) {
    centred = ensureCapacity(centred, (long) samples * neurons);
    return new FloatPointer(centred.data().pointer());
  }

  /** At least P · P values. */
  FloatPointer matrix(int neurons) {
    INDArray enough = ensureCapacity(matrix, (long) neurons * neurons);
    if (enough != matrix) {
      matrix = enough;
      matrixBits = null;
    }
    return new FloatPointer(enough.data().pointer());
  }

  /** The same memory as {@link #matrix}, at least P · P values, as the bits of the floats. */
  IntBuffer matrixBits(int neurons) {
    FloatPointer values = matrix(neurons);
    if (matrixBits == null) {
      matrixBits = values.capacity(values.limit()).asByteBuffer().asIntBuffer();
    }
    return matrixBits;
  }

  /** An array of exactly this length with undefined values: a released one, or a new one. */
  float[] acquire(int length) {
    for (Iterator<float[]> arrays = spare.iterator(); arrays.hasNext(); ) {
      float[] array = arrays.next();
      if (array.length == length) {
        arrays.remove();
        return array;
      }
    }
    return new float[length];
  }

  /** Keeps an array for reuse; nothing may refer to it any more. */
  void release(float[] array) {
    if (spare.size() == MAX_SPARE_ARRAYS) {
      spare.removeFirst();
    }
    spare.addLast(array);
  }

  private static INDArray ensureCapacity(@Nullable INDArray array, long length) {
    if (array != null && array.length() >= length) {
      return array;
    }
    free(array);
    return Nd4j.createUninitialized(DataType.FLOAT, new long[] {length}, 'c');
  }

  private static void free(@Nullable INDArray array) {
    if (array != null && array.closeable()) {
      array.close();
    }
  }

  /** Frees the memory; results that were computed in it stay valid. */
  @Override
  public void close() {
    free(centred);
    free(matrix);
    centred = null;
    matrix = null;
    matrixBits = null;
    spare.clear();
  }
}
