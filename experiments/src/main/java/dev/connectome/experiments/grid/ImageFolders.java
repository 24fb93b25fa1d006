package dev.connectome.experiments.grid;

import dev.connectome.cli.CommandFailure;
import dev.connectome.platform.ImageDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The folders of images that trainings read, each made of files that may lie in several. */
public final class ImageFolders {
  private final Map<String, List<Path>> files = new TreeMap<>();

  private ImageFolders() {}

  /**
   * Those of the data-limited regime: the training images of {@code DIR/subset/NAME} where there
   * are such, else those of {@code DIR/NAME}, of which the trainer takes a tenth by its seed; and
   * always the 10,000 test images of {@code DIR/NAME}.
   *
   * @param directory the folder with a folder for each data set
   * @throws CommandFailure that names what is missing
   */
  public static ImageFolders ofDataLimited(Path directory) {
    ImageFolders folders = new ImageFolders();
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
      folders.files.put(
          dataSet.folder(),
          Stream.concat(
                  files(train, name -> name.startsWith("train-")),
                  files(whole, name -> name.startsWith("t10k-")))
              .toList());
    }
    return folders;
  }

  /**
   * Those of the architecture-limited regime, as far as they are there.
   *
   * @param directory the folder with the folders that the archives of the binary versions have
   * @throws CommandFailure if there is none of them, or one lacks a file
   */
  public static ImageFolders ofCifar(Path directory) {
    ImageFolders folders = new ImageFolders();
    for (Cifar dataSet : Cifar.values()) {
      Path folder = directory.resolve(dataSet.folder());
      if (!Files.isDirectory(folder)) {
        continue;
      }
      List<String> missing =
          dataSet.files().stream()
              .filter(name -> !Files.isRegularFile(folder.resolve(name)))
              .toList();
      if (!missing.isEmpty()) {
        throw CommandFailure.badInput(
            "--data-dir: %s lacks %s: unpack the binary version of %s again"
                .formatted(folder, String.join(", ", missing), dataSet.name().replace('_', '-')));
      }
      folders.files.put(dataSet.folder(), dataSet.files().stream().map(folder::resolve).toList());
    }
    if (folders.files.isEmpty()) {
      throw CommandFailure.badInput(
          "--data-dir %s has neither %s nor %s: unpack the binary version of CIFAR-10 or CIFAR-100 there"
              .formatted(directory, Cifar.CIFAR_10.folder(), Cifar.CIFAR_100.folder()));
    }
    return folders;
  }

  private static Stream<Path> files(Path directory, Predicate<String> names) {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> names.test(file.getFileName().toString())).toList().stream();
    } catch (IOException e) {
      throw CommandFailure.failed("--data-dir " + directory + " cannot be read", e);
    }
  }

  /** Whether there is a folder of this name. */
  public boolean has(String folder) {
    return files.containsKey(folder);
  }

  /**
   * Makes a folder for each data set, with links to its files.
   *
   * @param parent where
   * @return the same as an absolute path
   * @throws IOException if they cannot be made
   */
  public Path link(Path parent) throws IOException {
    for (Map.Entry<String, List<Path>> entry : files.entrySet()) {
      Path folder = Files.createDirectories(parent.resolve(entry.getKey()));
      for (Path file : entry.getValue()) {
        Path link = folder.resolve(file.getFileName().toString());
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, file.toAbsolutePath().normalize());
      }
    }
    return parent.toAbsolutePath().normalize();
  }
}
