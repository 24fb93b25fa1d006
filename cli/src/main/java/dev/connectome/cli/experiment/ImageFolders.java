package dev.connectome.cli.experiment;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.platform.ImageDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The folders of images that trainings read: the training images of {@code DIR/subset/NAME} where
 * there are such, else those of {@code DIR/NAME}, of which the trainer takes a tenth by its seed;
 * and always the 10,000 test images of {@code DIR/NAME}.
 */
final class ImageFolders {
  private final Map<DataSet, List<Path>> files = new TreeMap<>();

  /**
   * Finds the files.
   *
   * @param directory the folder with a folder for each data set
   * @throws CommandFailure that names what is missing
   */
  ImageFolders(Path directory) {
    for (DataSet dataSet : DataSet.values()) {
      Path whole = directory.resolve(dataSet.folder());
      if (!Files.isDirectory(whole)) {
        throw CommandFailure.badInput(
            "--data-dir %s has no folder %s: it must have the folders mnist and fashion-mnist, each with its four IDX files"
                .formatted(directory, dataSet.folder()));
      }
      ImageDirectory.check(whole);
      Path subset = directory.resolve("subset").resolve(dataSet.folder());
      Path train = Files.isDirectory(subset) ? subset : whole;
      ImageDirectory.check(train);
      files.put(
          dataSet,
          Stream.concat(
                  files(train, name -> name.startsWith("train-")),
                  files(whole, name -> name.startsWith("t10k-")))
              .toList());
    }
  }

  private static Stream<Path> files(Path directory, Predicate<String> names) {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> names.test(file.getFileName().toString())).toList().stream();
    } catch (IOException e) {
      throw CommandFailure.failed("--data-dir " + directory + " cannot be read", e);
    }
  }

  /**
   * Makes a folder for each data set, with links to its files.
   *
   * @param parent where
   * @return the same as an absolute path
   * @throws IOException if they cannot be made
   */
  Path link(Path parent) throws IOException {
    for (Map.Entry<DataSet, List<Path>> entry : files.entrySet()) {
      Path folder = Files.createDirectories(parent.resolve(entry.getKey().folder()));
      for (Path file : entry.getValue()) {
        Path link = folder.resolve(file.getFileName().toString());
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, file.toAbsolutePath().normalize());
      }
    }
    return parent.toAbsolutePath().normalize();
  }
}
