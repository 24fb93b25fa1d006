package dev.connectome.trainer.service.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Random;

/** Content that is on the heap. */
final class Bytes implements Content {

  final byte[] bytes;

  Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Always the same for the same seeds. */
  static Bytes random(int size, long seed, long more) {
    var bytes = new byte[size];
    new Random(seed * 100 + more).nextBytes(bytes);
    return new Bytes(bytes);
  }

  @Override
  public long bytes() {
    return bytes.length;
  }

  @Override
  public void writeTo(WritableByteChannel out) throws IOException {
    out.write(ByteBuffer.wrap(bytes));
  }
}
