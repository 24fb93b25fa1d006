package dev.connectome.trainer.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Draws the probe set from the inputs of the first epoch, each with the same probability (reservoir
 * sampling, Vitter's algorithm R). The same seed and inputs give the same sample. Mini-batches
 * whose inputs differ in shape or type from the first are ignored.
 */
final class ProbeSampler {

  private record Kind(Shape row, DataType type) {
    static Kind of(NDArray rows) {
      return new Kind(rows.getShape().slice(1), rows.getDataType());
    }
  }

  private final int size;
  private final Random random;
  private final List<byte[][]> rows = new ArrayList<>();
  private List<Kind> kinds = List.of();
  private long seen;

  ProbeSampler(int size, long seed) {
    this.size = size;
    this.random = new Random(seed);
  }

  /** Offers a mini-batch; the first axis of its arrays are the samples. */
  void add(NDList batch) {
    List<Kind> batchKinds = batch.stream().map(Kind::of).toList();
    if (kinds.isEmpty()) {
      kinds = batchKinds;
    }
    if (!kinds.equals(batchKinds)) {
      return;
    }
    int count = (int) batch.head().getShape().get(0);
    List<byte[]> arrays = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      long place = seen < size ? seen : random.nextLong(seen + 1);
      seen++;
      if (place < size) {
        if (arrays.isEmpty()) {
          batch.forEach(array -> arrays.add(array.toByteArray()));
        }
        store((int) place, row, count, arrays);
      }
    }
  }

  private void store(int place, int row, int count, List<byte[]> arrays) {
    var parts = new byte[arrays.size()][];
    for (int a = 0; a < parts.length; a++) {
      int bytes = arrays.get(a).length / count;
      parts[a] = Arrays.copyOfRange(arrays.get(a), row * bytes, (row + 1) * bytes);
    }
    if (place < rows.size()) {
      rows.set(place, parts);
    } else {
      rows.add(parts);
    }
  }

  /** An array for each input of the network, one sample per row. */
  NDList inputs(NDManager manager) {
    var inputs = new NDList();
    for (int a = 0; a < kinds.size(); a++) {
      int bytes = rows.get(0)[a].length;
      var all = ByteBuffer.allocateDirect(bytes * rows.size()).order(ByteOrder.nativeOrder());
      for (byte[][] row : rows) {
        all.put(row[a]);
      }
      all.flip();
      Kind kind = kinds.get(a);
      inputs.add(manager.create(all, new Shape(rows.size()).addAll(kind.row()), kind.type()));
    }
    return inputs;
  }
}
