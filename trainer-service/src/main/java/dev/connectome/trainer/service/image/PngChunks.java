package dev.connectome.trainer.service.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** The checksums of a PNG file, which decoders pass over. */
final class PngChunks {

  private static final int SIGNATURE = 8;
  private static final int AROUND = 12;

  private PngChunks() {}

  /**
   * Checks every chunk that a decoder needs.
   *
   * @throws IOException if one is damaged or the last is missing
   */
  static void check(byte[] file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    int at = SIGNATURE;
    while (true) {
      long length = at + AROUND <= file.length ? bytes.getInt(at) & 0xffffffffL : Long.MAX_VALUE;
      if (length > file.length - at - AROUND) {
        throw new IOException("it is truncated");
      }
      String type = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
      var sum = new CRC32();
      sum.update(file, at + 4, 4 + (int) length);
      boolean needed = Character.isUpperCase(type.charAt(0));
      if (needed && (int) sum.getValue() != bytes.getInt(at + 8 + (int) length)) {
        throw new IOException("the checksum of its part " + type + " is wrong");
      }
      if (type.equals("IEND")) {
        return;
      }
      at += AROUND + (int) length;
    }
  }
}
