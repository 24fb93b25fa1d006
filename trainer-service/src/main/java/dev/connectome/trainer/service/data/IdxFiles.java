package dev.connectome.trainer.service.data;

import dev.connectome.trainer.service.UserException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The four files of MNIST, Fashion-MNIST, KMNIST and EMNIST, under any of the names that they are
 * spread with: {@code train-images-idx3-ubyte} and {@code train-images.idx3-ubyte}, {@code t10k}
 * and {@code test}, the name of a data set before them, {@code .gz} after them, each in a folder of
 * its own. A file that is not compressed is preferred to a compressed one.
 */
final class IdxFiles {

  private static final Pattern NAME =
      Pattern.compile(
          "(.*?)[-_.]?(train|t10k|test)[-_.](images|labels)[-_.]idx([13])[-_.]ubyte(\\.gz)?");

  private static final String WANTED = "give a folder with MNIST's four IDX files";

  enum Part {
    TRAIN("train"),
    TEST("t10k");

    private final String name;

    Part(String name) {
      this.name = name;
    }
  }

  private enum Content {
    IMAGES("images-idx3-ubyte"),
    LABELS("labels-idx1-ubyte");

    private final String name;

    Content(String name) {
      this.name = name;
    }
  }

  /**
   * A file that has a name of an IDX file.
   *
   * @param set what stands before the part, for instance {@code emnist-letters}; else empty
   * @param depth 0 in the folder itself, 1 in a folder of the file's name in it
   */
  private record Named(
      Path path, String set, Part part, Content content, boolean zipped, int depth) {}

  private IdxFiles() {}

  /**
   * Reads a data set. It has as many classes as its largest label and 1.
   *
   * @throws UserException if a file is missing or damaged, or there are several data sets
   */
  static DataFiles.Parts read(Path directory) throws UserException {
    List<Named> files = files(directory);
    Set<String> sets = new TreeSet<>();
    files.forEach(file -> sets.add(file.set));
    if (sets.size() > 1) {
      throw new UserException(
          "%s has the files of several data sets: %s; put the four files of one into a folder"
              .formatted(
                  directory,
                  sets.stream()
                      .map(set -> (set.isEmpty() ? "" : set + "-") + "train-…")
                      .collect(Collectors.joining(", "))));
    }
    LabelledImages train = part(directory, files, Part.TRAIN);
    LabelledImages test = part(directory, files, Part.TEST);
    int classes = Math.max(train.classes(), test.classes());
    return new DataFiles.Parts(ofClasses(train, classes), ofClasses(test, classes));
  }

  private static LabelledImages ofClasses(LabelledImages images, int classes) {
    return new LabelledImages(images.shape(), classes, images.pixels(), images.labels());
  }

  /** Whether a folder has a file of images, without reading it. */
  static boolean matches(Path directory) {
    return files(directory).stream().anyMatch(file -> file.content == Content.IMAGES);
  }

  private static LabelledImages part(Path directory, List<Named> files, Part part)
      throws UserException {
    Path images = file(directory, files, part, Content.IMAGES);
    Path labels = file(directory, files, part, Content.LABELS);
    IdxArray pixels = IdxArray.read(images, 3);
    IdxArray classes = IdxArray.read(labels, 1);
    if (pixels.size(0) != classes.size(0)) {
      throw new UserException(
          "%s has %d images but %s has %d labels; fetch both files again"
              .formatted(images, pixels.size(0), labels, classes.size(0)));
    }
    int largest = 0;
    for (byte label : classes.values()) {
      largest = Math.max(largest, label & 0xff);
    }
    return new LabelledImages(
        new ImageShape(1, pixels.size(1), pixels.size(2)),
        largest + 1,
        pixels.values(),
        classes.values());
  }

  private static Path file(Path directory, List<Named> files, Part part, Content content)
      throws UserException {
    List<Named> candidates =
        files.stream()
            .filter(file -> file.part == part && file.content == content)
            .sorted(Comparator.comparingInt(Named::depth).thenComparing(Named::zipped))
            .toList();
    if (candidates.isEmpty()) {
      String name = part.name + "-" + content.name;
      throw new UserException(
          "%s has neither %s nor %s.gz: it has %s; %s"
              .formatted(directory, name, name, DataSearch.seen(directory), WANTED));
    }
    Named best = candidates.get(0);
    List<Path> equal =
        candidates.stream()
            .filter(file -> file.depth == best.depth && file.zipped == best.zipped)
            .map(Named::path)
            .toList();
    if (equal.size() > 1) {
      throw new UserException(
          "%s has several files of the same part: %s; %s"
              .formatted(directory, DataSearch.names(directory, equal), WANTED));
    }
    return best.path;
  }

  private static List<Named> files(Path directory) {
    return Stream.concat(
            DataSearch.files(directory).stream().map(path -> named(path, 0)),
            DataSearch.folders(directory).stream()
                .filter(folder -> named(folder, 0) != null)
                .flatMap(folder -> DataSearch.files(folder).stream())
                .map(path -> named(path, 1)))
        .flatMap(Stream::ofNullable)
        .toList();
  }

  private static @Nullable Named named(Path path, int depth) {
    Matcher name = NAME.matcher(path.getFileName().toString().toLowerCase(Locale.ROOT));
    if (!name.matches()) {
      return null;
    }
    boolean images = name.group(3).equals("images");
    if (images != name.group(4).equals("3")) {
      return null;
    }
    return new Named(
        path,
        name.group(1),
        name.group(2).equals("train") ? Part.TRAIN : Part.TEST,
        images ? Content.IMAGES : Content.LABELS,
        name.group(5) != null,
        depth);
  }
}
