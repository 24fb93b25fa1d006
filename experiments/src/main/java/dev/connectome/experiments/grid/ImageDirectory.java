package dev.connectome.experiments.grid;

import dev.connectome.platform.PlatformException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Checks a folder of images before anything is started for it. */
final class ImageDirectory {
  private static final List<String> FILES =
      List.of(
          "train-images-idx3-ubyte",
          "train-labels-idx1-ubyte",
          "t10k-images-idx3-ubyte",
          "t10k-labels-idx1-ubyte");

  private ImageDirectory() {}

  /**
   * Checks that the four IDX files are there, each plain or gzipped.
   *
   * @throws PlatformException that names what is missing
   */
  static void check(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw PlatformException.badInput(
          "the data directory "
              + directory
              + " does not exist or is not a directory: choose another one, or none for the"
              + " embedded images");
    }
    List<String> missing =
        FILES.stream()
            .filter(name -> !Files.isRegularFile(directory.resolve(name)))
            .filter(name -> !Files.isRegularFile(directory.resolve(name + ".gz")))
            .toList();
    if (!missing.isEmpty()) {
      throw PlatformException.badInput(
          "the data directory "
              + directory
              + " lacks "
              + String.join(", ", missing)
              + " (each may end in .gz): it must hold the four IDX files of MNIST or"
              + " Fashion-MNIST");
    }
  }
}
