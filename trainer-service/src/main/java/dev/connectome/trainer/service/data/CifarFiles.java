package dev.connectome.trainer.service.data;

import dev.connectome.trainer.service.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads the binary version of CIFAR-10 and CIFAR-100: records of one label and 3 × 32 × 32 bytes,
 * channel by channel. CIFAR-100 has two labels, of which the coarse one is ignored.
 */
final class CifarFiles {

  private static final ImageShape SHAPE = new ImageShape(3, 32, 32);

  enum Kind {
    CIFAR10(
        "CIFAR-10",
        10,
        1,
        IntStream.rangeClosed(1, 5).mapToObj("data_batch_%d.bin"::formatted).toList(),
        "test_batch.bin"),
    CIFAR100("CIFAR-100", 100, 2, List.of("train.bin"), "test.bin");

    private final String title;
    private final int classes;
    private final int labelBytes;
    private final List<String> train;
    private final String test;

    Kind(String title, int classes, int labelBytes, List<String> train, String test) {
      this.title = title;
      this.classes = classes;
      this.labelBytes = labelBytes;
      this.train = train;
      this.test = test;
    }

    private int recordBytes() {
      return labelBytes + SHAPE.size();
    }

    private String remedy() {
      return "unpack the binary version of %s again".formatted(title);
    }
  }

  private CifarFiles() {}

  static boolean matches(Path directory, Kind kind) {
    return Files.isRegularFile(directory.resolve(kind.test))
        || Files.isRegularFile(directory.resolve(kind.train.get(0)));
  }

  /**
   * Reads a data set.
   *
   * @throws UserException if a file is missing or damaged
   */
  static DataFiles.Parts read(Path directory, Kind kind) throws UserException {
    return new DataFiles.Parts(
        read(directory, kind, kind.train), read(directory, kind, List.of(kind.test)));
  }

  private static LabelledImages read(Path directory, Kind kind, List<String> names)
      throws UserException {
    List<byte[]> files = new ArrayList<>();
    int count = 0;
    for (String name : names) {
      byte[] file = bytes(directory.resolve(name), kind);
      files.add(file);
      count = Math.addExact(count, file.length / kind.recordBytes());
    }
    var labels = new byte[count];
    var pixels = new byte[Math.multiplyExact(count, SHAPE.size())];
    int image = 0;
    for (int f = 0; f < files.size(); f++) {
      byte[] file = files.get(f);
      for (int at = 0; at < file.length; at += kind.recordBytes(), image++) {
        int label = file[at + kind.labelBytes - 1] & 0xff;
        if (label >= kind.classes) {
          throw new UserException(
              "record %d of %s has label %d, but %s has classes 0 to %d; %s"
                  .formatted(
                      at / kind.recordBytes(),
                      directory.resolve(names.get(f)),
                      label,
                      kind.title,
                      kind.classes - 1,
                      kind.remedy()));
        }
        labels[image] = (byte) label;
        System.arraycopy(file, at + kind.labelBytes, pixels, image * SHAPE.size(), SHAPE.size());
      }
    }
    return new LabelledImages(SHAPE, kind.classes, pixels, labels);
  }

  private static byte[] bytes(Path file, Kind kind) throws UserException {
    if (!Files.isRegularFile(file)) {
      throw new UserException("%s is missing; %s".formatted(file, kind.remedy()));
    }
    try {
      long size = Files.size(file);
      if (size == 0 || size % kind.recordBytes() != 0 || size > Integer.MAX_VALUE / 8) {
        throw new UserException(
            "%s has %d bytes, which is not a multiple of the record size of %s, %d bytes; %s"
                .formatted(file, size, kind.title, kind.recordBytes(), kind.remedy()));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UserException("cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }
}
