package dev.connectome.trainer.service.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/**
 * Arrays in the engine's memory, with the text that stands before, between and after them.
 *
 * @param text all text
 * @param offsets for each array, how much of the text stands before it
 * @param arrays the arrays themselves or copies of them
 * @param copied whether they are copies, to be freed when they have been written
 */
@SuppressWarnings("ArrayRecordComponent")
record ArrayContent(byte[] text, List<Integer> offsets, List<NDArray> arrays, boolean copied)
    implements Content {

  /**
   * Holds arrays, or copies of them, which may be written while the arrays themselves change.
   *
   * @param copy whether to copy them
   */
  static ArrayContent of(byte[] text, List<Integer> offsets, List<NDArray> arrays, boolean copy) {
    return new ArrayContent(
        text, offsets, copy ? arrays.stream().map(ArrayContent::copy).toList() : arrays, copy);
  }

  private static NDArray copy(NDArray array) {
    NDArray copy =
        array.getDevice().isGpu() ? array.toDevice(Device.cpu(), false) : array.duplicate();
    copy.setName(array.getName());
    return copy;
  }

  @Override
  public long bytes() {
    return text.length + arrays.stream().mapToLong(ArrayFormat::bytes).sum();
  }

  @Override
  public void writeTo(WritableByteChannel out) throws IOException {
    int written = 0;
    for (int i = 0; i < arrays.size(); i++) {
      out.write(ByteBuffer.wrap(text, written, offsets.get(i) - written));
      written = offsets.get(i);
      ArrayFormat.write(arrays.get(i), out);
    }
    out.write(ByteBuffer.wrap(text, written, text.length - written));
  }

  @Override
  public void close() {
    if (copied) {
      arrays.forEach(NDArray::close);
    }
  }
}
