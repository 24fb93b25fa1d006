package dev.connectome.trainer.service.data;

import dev.connectome.trainer.service.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether what the header of a file announces can be true and fits into the memory, which is
 * decided before any of it is allocated.
 */
final class DataMemory {

  /** No byte that deflate writes becomes more than so many. */
  private static final int DEFLATE = 1_032;

  /** Decoders take up to eight bytes a pixel. */
  private static final int PIXEL_BYTES = 8;

  /** The shortest number and its separator are two characters, and eight bytes in memory. */
  private static final int TEXT_BYTES = 4;

  private DataMemory() {}

  /**
   * Checks the size of what a file, compressed or not, is to contain.
   *
   * @throws UserException if the file is too short for it, or the memory too small
   */
  static void check(Path file, long bytes, boolean compressed) throws IOException, UserException {
    long most = Files.size(file) * (compressed ? DEFLATE : 1);
    if (bytes > most) {
      throw new UserException(
          "%s is truncated: its header announces %d bytes, and it has %d; fetch it again"
              .formatted(file, bytes, Files.size(file)));
    }
    if (bytes > available()) {
      throw new UserException(
          "%s holds %d MiB of data, and this trainer has %d MiB for them; give it a larger heap"
              .formatted(file, bytes >> 20, available() >> 20));
    }
  }

  /**
   * Checks the size of an image.
   *
   * @throws UserException if the memory is too small for it
   */
  static void checkImage(Path file, int width, int height) throws UserException {
    if ((long) width * height * PIXEL_BYTES > available()) {
      throw new UserException(
          "%s has %d x %d pixels, and this trainer's memory is enough for %d million; scale it down or remove it"
              .formatted(file, width, height, available() / PIXEL_BYTES / 1_000_000));
    }
  }

  /**
   * Checks the size of a text of numbers.
   *
   * @throws UserException if the memory is too small for it
   */
  static void checkTable(Path file) throws IOException, UserException {
    if (Files.size(file) > available() / TEXT_BYTES) {
      throw new UserException(
          "%s has %d MiB, and this trainer's memory is enough for tables of %d MiB; give it a larger heap"
              .formatted(file, Files.size(file) >> 20, (available() / TEXT_BYTES) >> 20));
    }
  }

  private static long available() {
    return Runtime.getRuntime().maxMemory() / 2;
  }
}
