package dev.connectome.trainer.service.data;

import dev.connectome.trainer.service.UserException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a directory in one of the formats that the trainer knows. */
final class DataFiles {

  private static final int DEFAULT_SIDE = 32;

  /** The two parts of a data set as it is published. */
  record Parts(LabelledImages train, LabelledImages test) {}

  private DataFiles() {}

  /**
   * Reads a directory.
   *
   * @param format its format; empty or {@code auto} to detect it by its files
   * @param side the side in pixels to which the images of format {@code folder} are scaled; 0 for
   *     32
   * @throws UserException if the directory is missing, damaged or of no known format
   */
  static Parts read(Path directory, String format, int side) throws UserException {
    requireFolder(directory);
    return switch (format) {
      case "", "auto" -> read(directory, format(directory), side);
      case "idx" -> new Parts(IdxFiles.read(directory, "train"), IdxFiles.read(directory, "t10k"));
      case "cifar10" -> CifarFiles.read(directory, CifarFiles.Kind.CIFAR10);
      case "cifar100" -> CifarFiles.read(directory, CifarFiles.Kind.CIFAR100);
      case "folder" -> ImageFolder.read(directory, side == 0 ? DEFAULT_SIDE : side);
      default ->
          throw new UserException(
              "unknown data format \"%s\"; this trainer knows: auto, cifar10, cifar100, embedded, folder, idx"
                  .formatted(format));
    };
  }

  private static void requireFolder(Path directory) throws UserException {
    if (!Files.isDirectory(directory)) {
      throw new UserException(
          "data directory %s does not exist; give a folder with the data set's files"
              .formatted(directory));
    }
  }

  /**
   * Detects the format of a directory by its files.
   *
   * @throws UserException if the directory is missing or of no known format
   */
  static String format(Path directory) throws UserException {
    requireFolder(directory);
    if (IdxFiles.matches(directory)) {
      return "idx";
    }
    if (CifarFiles.matches(directory, CifarFiles.Kind.CIFAR10)) {
      return "cifar10";
    }
    if (CifarFiles.matches(directory, CifarFiles.Kind.CIFAR100)) {
      return "cifar100";
    }
    if (ImageFolder.matches(directory)) {
      return "folder";
    }
    throw new UserException(
        "%s has no data set of a known format; give a folder with MNIST's four IDX files, CIFAR's binary files, or train and test with a folder of images per class"
            .formatted(directory));
  }
}
