package dev.connectome.trainer.service.training;

import com.google.common.hash.HashCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32;

/** What a file of a checkpoint is to hold. */
interface Content extends AutoCloseable {

  long bytes();

  /** Writes all of it, in pieces whose size does not depend on that of the network. */
  void writeTo(WritableByteChannel out) throws IOException;

  /** Frees what is held only to be written. */
  @Override
  default void close() {}

  /** Writes to a channel and returns the checksum of what was written. */
  default String writeSummed(WritableByteChannel out) throws IOException {
    var sum = new CRC32();
    writeTo(
        new WritableByteChannel() {
          @Override
          public int write(ByteBuffer piece) throws IOException {
            int bytes = piece.remaining();
            sum.update(piece.duplicate());
            while (piece.hasRemaining()) {
              out.write(piece);
            }
            return bytes;
          }

          @Override
          public boolean isOpen() {
            return out.isOpen();
          }

          @Override
          public void close() throws IOException {
            out.close();
          }
        });
    return HashCode.fromInt((int) sum.getValue()).toString();
  }
}
