package dev.connectome.topology;

import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The memory in which signatures are computed: N · P + P² float32 off the heap, kept from one
 * snapshot to the next and only replaced by more. One a thread.
 */
public final class SignatureWorkspace implements AutoCloseable {

  private @Nullable INDArray standardised;
  private @Nullable INDArray product;

  /** Makes an empty workspace. */
  public SignatureWorkspace() {}

  /** At least N · P values. */
  FloatPointer standardised(int samples, int neurons) {
    standardised = atLeast(standardised, (long) samples * neurons);
    return new FloatPointer(standardised.data().pointer());
  }

  /** At least P · P values. */
  FloatPointer product(int neurons) {
    product = atLeast(product, (long) neurons * neurons);
    return new FloatPointer(product.data().pointer());
  }

  private static INDArray atLeast(@Nullable INDArray array, long length) {
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

  /** Frees the memory. */
  @Override
  public void close() {
    free(standardised);
    free(product);
    standardised = null;
    product = null;
  }
}
