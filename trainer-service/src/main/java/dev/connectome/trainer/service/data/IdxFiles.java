package dev.connectome.trainer.service.data;

import dev.connectome.trainer.service.UserException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reads images and labels in the IDX format of MNIST and Fashion-MNIST, optionally compressed with
 * gzip: a magic number (0x803 for images, 0x801 for labels), the sizes as big-endian integers, then
 * unsigned bytes.
 */
final class IdxFiles {

  private static final int CLASSES = 10;
  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;
  private static final long MAX_BYTES = 1L << 30;

  private IdxFiles() {}

  /**
   * Reads one part of a data set.
   *
   * @param part {@code train} or {@code t10k}
   * @throws UserException if a file is missing or damaged
   */
  static LabelledImages read(Path directory, String part) throws UserException {
    Path imageFile = find(directory, part + "-images-idx3-ubyte");
    Path labelFile = find(directory, part + "-labels-idx1-ubyte");
    try (DataInputStream images = open(imageFile);
        DataInputStream labels = open(labelFile)) {
      int[] sizes = header(imageFile, images, IMAGES, 3);
      byte[] pixels = body(imageFile, images, (long) sizes[0] * sizes[1] * sizes[2]);
      int[] labelSizes = header(labelFile, labels, LABELS, 1);
      if (labelSizes[0] != sizes[0]) {
        throw new UserException(
            "%s has %d images but %s has %d labels; fetch both files again"
                .formatted(imageFile, sizes[0], labelFile, labelSizes[0]));
      }
      byte[] classes = body(labelFile, labels, labelSizes[0]);
      for (int i = 0; i < classes.length; i++) {
        if (classes[i] < 0 || classes[i] >= CLASSES) {
          throw new UserException(
              "label %d in %s is %d, but must be from 0 to 9; fetch the file again"
                  .formatted(i, labelFile, Byte.toUnsignedInt(classes[i])));
        }
      }
      return new LabelledImages(new ImageShape(1, sizes[1], sizes[2]), CLASSES, pixels, classes);
    } catch (EOFException e) {
      throw new UserException(
          "a gzip file in %s is truncated; fetch it again".formatted(directory));
    } catch (ZipException e) {
      throw new UserException(
          "a gzip file in %s is damaged (%s); fetch it again".formatted(directory, e.getMessage()));
    } catch (IOException e) {
      throw new UserException("cannot read %s: %s".formatted(directory, e.getMessage()));
    }
  }

  static boolean matches(Path directory) {
    return Stream.of("train-images-idx3-ubyte", "t10k-images-idx3-ubyte")
        .flatMap(name -> Stream.of(name, name + ".gz"))
        .anyMatch(name -> Files.isRegularFile(directory.resolve(name)));
  }

  private static Path find(Path directory, String name) throws UserException {
    if (!Files.isDirectory(directory)) {
      throw new UserException(
          "data directory %s does not exist; give a folder with MNIST's four IDX files"
              .formatted(directory));
    }
    for (String candidate : new String[] {name + ".gz", name}) {
      if (Files.isRegularFile(directory.resolve(candidate))) {
        return directory.resolve(candidate);
      }
    }
    throw new UserException(
        "%s has neither %s nor %s.gz; give a folder with MNIST's four IDX files"
            .formatted(directory, name, name));
  }

  private static DataInputStream open(Path file) throws IOException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    return new DataInputStream(
        file.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw);
  }

  private static int[] header(Path file, DataInputStream in, int magic, int dimensions)
      throws IOException, UserException {
    try {
      int found = in.readInt();
      if (found != magic) {
        throw new UserException(
            "%s begins with 0x%08x, not 0x%08x: it is not an IDX file of %s"
                .formatted(file, found, magic, magic == IMAGES ? "images" : "labels"));
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
    } catch (EOFException e) {
      throw new UserException("%s ends within its header; fetch it again".formatted(file));
    }
  }

  private static byte[] body(Path file, DataInputStream in, long expected)
      throws IOException, UserException {
    DataMemory.check(file, expected, file.toString().endsWith(".gz"));
    var bytes = new byte[Math.toIntExact(expected)];
    int found;
    try {
      found = in.readNBytes(bytes, 0, bytes.length);
    } catch (EOFException e) {
      throw new UserException(
          "%s is truncated: its gzip stream ends too early; fetch it again".formatted(file));
    }
    if (found < bytes.length) {
      throw new UserException(
          "%s is truncated: %d bytes of data expected, %d found; fetch it again"
              .formatted(file, expected, found));
    }
    return bytes;
  }
}
