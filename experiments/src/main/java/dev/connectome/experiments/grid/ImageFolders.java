package dev.connectome.experiments.grid;

import dev.connectome.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The folders of images that trainings read; the files of one may come from several places. */
public final class ImageFolders {
  private final Map<String, List<Path>> files = new TreeMap<>();

  private ImageFolders() {}

  /**
   * The folders of the data-limited regime: training images from {@code DIR/subset/NAME} if it
   * exists, else from {@code DIR/NAME}, of which the trainer takes a tenth by its seed; test images
   * always from {@code DIR/NAME}.
   *
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
   * The folders of the architecture-limited regime that exist.
   *
   * @throws CommandFailure if none exists, or one lacks a file
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

  public boolean has(String folder) {
    return files.containsKey(folder);
  }

  /** Makes a folder of links for each data set; returns their parent as an absolute path. */
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
