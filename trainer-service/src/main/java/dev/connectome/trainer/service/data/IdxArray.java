package dev.connectome.trainer.service.data;

import dev.connectome.trainer.service.UserException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * An array of unsigned bytes in the IDX format, optionally compressed with gzip: a magic number
 * (0x803 for three dimensions, 0x801 for one), the sizes as big-endian integers, the values.
 */
final class IdxArray {

  private static final int BYTES = 0x800;
  private static final long MAX_BYTES = 1L << 30;
  private static final int BUFFER = 1 << 16;

  private final int[] sizes;
  private final byte[] values;

  private IdxArray(int[] sizes, byte[] values) {
    this.sizes = sizes;
    this.values = values;
  }

  int size(int dimension) {
    return sizes[dimension];
  }

  /** The values; shared, must not be changed. */
  byte[] values() {
    return values;
  }

  /**
   * Reads a file to its end.
   *
   * @throws UserException if it is damaged, or has other dimensions
   */
  static IdxArray read(Path file, int dimensions) throws UserException {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
      boolean zipped = isGzip(raw);
      var in = new DataInputStream(zipped ? gzip(raw) : raw);
      int[] sizes = header(file, in, dimensions);
      return new IdxArray(sizes, body(file, in, sizes, zipped));
    } catch (EOFException e) {
      throw damaged(file, "it ends too early");
    } catch (IOException e) {
      throw damaged(file, String.valueOf(e.getMessage()));
    }
  }

  private static UserException damaged(Path file, String how) {
    return new UserException("%s is damaged or truncated: %s; fetch it again".formatted(file, how));
  }

  private static boolean isGzip(InputStream raw) throws IOException {
    raw.mark(2);
    int magic = raw.read() << 8 | raw.read();
    raw.reset();
    return magic == 0x1f8b;
  }

  private static InputStream gzip(InputStream raw) throws IOException {
    return new BufferedInputStream(
        GzipCompressorInputStream.builder()
            .setInputStream(raw)
            .setDecompressConcatenated(true)
            .get(),
        BUFFER);
  }

  private static int[] header(Path file, DataInputStream in, int dimensions)
      throws IOException, UserException {
    int magic = BYTES | dimensions;
    int found = in.readInt();
    if (found != magic) {
      throw new UserException(
          "%s begins with 0x%08x, not 0x%08x: it is not an IDX file of %s"
              .formatted(file, found, magic, dimensions == 3 ? "images" : "labels"));
    }
    var sizes = new int[dimensions];
    long bytes = 1;
    for (int d = 0; d < dimensions; d++) {
      sizes[d] = in.readInt();
      bytes = sizes[d] < 1 || bytes > MAX_BYTES ? Long.MAX_VALUE : bytes * sizes[d];
    }
    if (bytes > MAX_BYTES) {
      throw new UserException(
          "%s has impossible sizes in its header; fetch it again".formatted(file));
    }
    return sizes;
  }

  /** Reading past the last value checks the checksum of a compressed file. */
  private static byte[] body(Path file, DataInputStream in, int[] sizes, boolean zipped)
      throws IOException, UserException {
    long expected = 1;
    for (int size : sizes) {
      expected *= size;
    }
    DataMemory.check(file, expected, zipped);
    var bytes = new byte[Math.toIntExact(expected)];
    int found = in.readNBytes(bytes, 0, bytes.length);
    if (found < bytes.length) {
      throw damaged(file, "%d bytes of data expected, %d found".formatted(expected, found));
    }
    if (in.read() >= 0) {
      throw damaged(
          file, "it goes on after the %d bytes that its header announces".formatted(expected));
    }
    return bytes;
  }
}
