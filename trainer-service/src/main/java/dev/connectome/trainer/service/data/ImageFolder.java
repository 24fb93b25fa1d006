package dev.connectome.trainer.service.data;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.trainer.service.UserException;
import dev.connectome.trainer.service.image.ImageDecoder;
import dev.connectome.trainer.service.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads images from {@code train/CLASS/} and {@code test/CLASS/} and the folders below. Classes are
 * numbered in the order of their names. Images are read in the order of their paths and scaled to a
 * square.
 */
final class ImageFolder {

  private static final Logger LOG = LoggerFactory.getLogger(ImageFolder.class);
  private static final int DEFAULT_SIDE = 32;
  private static final int PROGRESS_INTERVAL = 10_000;
  private static final String TRAIN = "train";
  private static final List<String> TEST = List.of("test", "val", "valid", "validation");

  private final Path directory;
  private final ImageShape shape;
  private final boolean upright;

  private ImageFolder(Path directory, int side, boolean upright) {
    this.directory = directory;
    this.shape = new ImageShape(RgbImage.CHANNELS, side, side);
    this.upright = upright;
  }

  static boolean matches(Path directory) {
    return Files.isDirectory(directory.resolve(TRAIN));
  }

  /**
   * Reads a data set.
   *
   * @param spec says how large the images are made, and whether they are turned
   * @throws UserException if a folder is missing, a class is empty or an image is damaged
   */
  static DataFiles.Parts read(Path directory, DataSpec spec) throws UserException {
    int side = spec.getImageSize() == 0 ? DEFAULT_SIDE : spec.getImageSize();
    var folder = new ImageFolder(directory, side, spec.getUpright());
    try {
      List<String> classes = folder.classes();
      return new DataFiles.Parts(
          folder.read(directory.resolve(TRAIN), classes), folder.read(folder.test(), classes));
    } catch (IOException e) {
      throw new UserException("cannot read %s: %s".formatted(directory, e.getMessage()));
    }
  }

  private List<String> classes() throws IOException, UserException {
    Path train = directory.resolve(TRAIN);
    List<String> classes =
        list(train, ImageFolder::isClass).stream()
            .map(path -> path.getFileName().toString())
            .toList();
    if (classes.size() < 2 || classes.size() > LabelledData.MAX_CLASSES) {
      throw new UserException(
          "%s has %d folders; give a folder for each of 2 to %d classes"
              .formatted(train, classes.size(), LabelledData.MAX_CLASSES));
    }
    return classes;
  }

  private Path test() throws UserException {
    return TEST.stream()
        .map(directory::resolve)
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow(
            () ->
                new UserException(
                    "%s does not exist; give a folder with train and test, and in each a folder per class"
                        .formatted(directory.resolve(TEST.get(0)))));
  }

  private LabelledImages read(Path part, List<String> classes) throws IOException, UserException {
    var tree = new ImageTree();
    byte[] labels = labels(part, classes, tree);
    LOG.info(
        "images found directory={} count={} skipped=\"{}\"",
        part,
        labels.length,
        tree.skipped().isEmpty() ? "none" : tree.skipped());
    if ((long) labels.length * shape.size() > Integer.MAX_VALUE - 8) {
      throw new UserException(
          "%d images of %s do not fit into memory at %d pixels a side; give fewer or a smaller image size"
              .formatted(labels.length, part, shape.rows()));
    }
    var pixels = new byte[labels.length * shape.size()];
    for (int i = 0; i < labels.length; i++) {
      Path file = tree.images().get(i);
      DataMemory.check(file, Files.size(file), false);
      RgbImage image =
          ImageDecoder.read(
              file, upright, (width, height) -> DataMemory.checkImage(file, width, height));
      copy(image.scaled(shape.columns(), shape.rows()), pixels, i * shape.size());
      if ((i + 1) % PROGRESS_INTERVAL == 0) {
        LOG.info("images read directory={} count={} of={}", part, i + 1, labels.length);
      }
    }
    return new LabelledImages(shape, classes.size(), pixels, labels);
  }

  private static byte[] labels(Path part, List<String> classes, ImageTree tree)
      throws IOException, UserException {
    for (Path folder : list(part, ImageFolder::isClass)) {
      String name = folder.getFileName().toString();
      if (!classes.contains(name)) {
        throw new UserException(
            "%s is a class without training images; the training images have %s"
                .formatted(folder, classes));
      }
    }
    list(part, entry -> !isClass(entry)).forEach(tree::skip);
    var labels = new byte[0];
    for (int label = 0; label < classes.size(); label++) {
      Path folder = part.resolve(classes.get(label));
      if (!Files.isDirectory(folder)) {
        LOG.warn("class without images directory={} class={}", part, classes.get(label));
        continue;
      }
      tree.add(folder);
      int before = labels.length;
      labels = Arrays.copyOf(labels, tree.images().size());
      if (labels.length == before) {
        throw new UserException(
            "%s has no PNG, JPEG, WebP or BMP images: it has %s; add some, or remove the class"
                .formatted(folder, DataSearch.seen(folder)));
      }
      Arrays.fill(labels, before, labels.length, (byte) label);
    }
    if (labels.length == 0) {
      throw new UserException("%s has no folder of a class; add some".formatted(part));
    }
    return labels;
  }

  private static boolean isClass(Path entry) {
    return Files.isDirectory(entry) && !DataSearch.isHidden(entry);
  }

  private static List<Path> list(Path folder, Predicate<Path> filter) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(filter).sorted().toList();
    }
  }

  private void copy(RgbImage image, byte[] pixels, int offset) {
    int plane = shape.rows() * shape.columns();
    for (int p = 0; p < plane; p++) {
      for (int channel = 0; channel < shape.channels(); channel++) {
        pixels[offset + channel * plane + p] = image.pixels()[p * shape.channels() + channel];
      }
    }
  }
}
