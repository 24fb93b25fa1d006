package dev.connectome.trainer.service.data;

import dev.connectome.trainer.service.UserException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a folder in one of the formats that the trainer knows. */
final class DataFiles {

  private static final int DEFAULT_SIDE = 32;

  /**
   * A data set.
   *
   * @param train images to learn from
   * @param test images that play no part in the training
   */
  record Parts(LabelledImages train, LabelledImages test) {}

  private DataFiles() {}

  /**
   * Reads a folder.
   *
   * @param directory the folder
   * @param format its format; empty or {@code auto} to recognise it by its files
   * @param side pixels of a side to which the images of a folder of images are scaled; 0 for 32
   * @throws UserException if the folder is missing or damaged, or of no known format
   */
  static Parts read(Path directory, String format, int side) throws UserException {
    if (!Files.isDirectory(directory)) {
      throw new UserException(
          "data directory %s does not exist; give a folder with the data set's files"
              .formatted(directory));
    }
    return switch (format) {
      case "", "auto" -> read(directory, recognised(directory), side);
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

  private static String recognised(Path directory) throws UserException {
    if (IdxFiles.isIn(directory)) {
      return "idx";
    }
    if (CifarFiles.isIn(directory, CifarFiles.Kind.CIFAR10)) {
      return "cifar10";
    }
    if (CifarFiles.isIn(directory, CifarFiles.Kind.CIFAR100)) {
      return "cifar100";
    }
    if (ImageFolder.isIn(directory)) {
      return "folder";
    }
    throw new UserException(
        "%s holds no data set that is recognised; give a folder with MNIST's four IDX files, CIFAR's binary files, or train and test with a folder of images a class"
            .formatted(directory));
  }
}
