package dev.connectome.trainer.service.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The container of a WebP file. */
final class WebpFile {

  private static final int RIFF_HEADER = 8;
  private static final int EXTENDED = 12;
  private static final int FLAGS = 20;
  private static final int COLOUR_PROFILE = 0x20;

  private WebpFile() {}

  /**
   * The file without the announcement of a colour profile, which PIL does not look at either.
   *
   * @throws IOException if it is truncated
   */
  static byte[] withoutProfile(byte[] file) throws IOException {
    long length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(4) & 0xffffffffL;
    if (length + RIFF_HEADER > file.length || file.length <= FLAGS) {
      throw new IOException("it is truncated");
    }
    byte[] plain = file.clone();
    if (new String(file, EXTENDED, 4, StandardCharsets.ISO_8859_1).equals("VP8X")) {
      plain[FLAGS] &= (byte) ~COLOUR_PROFILE;
    }
    return plain;
  }
}
