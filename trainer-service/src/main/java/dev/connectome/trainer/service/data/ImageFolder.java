package dev.connectome.trainer.service.data;

import dev.connectome.trainer.service.UserException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads PNG and JPEG files from {@code train/CLASS/} and {@code test/CLASS/}. Classes are numbered
 * in the order of their names. Images are read in the order of their names and scaled to a square.
 */
final class ImageFolder {

  private static final Logger LOG = LoggerFactory.getLogger(ImageFolder.class);
  private static final int CHANNELS = 3;
  private static final int PROGRESS_INTERVAL = 10_000;
  private static final List<String> SUFFIXES = List.of(".png", ".jpg", ".jpeg");

  private final Path directory;
  private final ImageShape shape;

  private record LabelledFile(Path file, byte label) {}

  private ImageFolder(Path directory, int side) {
    this.directory = directory;
    this.shape = new ImageShape(CHANNELS, side, side);
  }

  static boolean matches(Path directory) {
    return Files.isDirectory(directory.resolve("train"));
  }

  /**
   * Reads a data set.
   *
   * @param side the side in pixels to which the images are scaled
   * @throws UserException if a folder is missing or a file is not an image
   */
  static DataFiles.Parts read(Path directory, int side) throws UserException {
    var folder = new ImageFolder(directory, side);
    try {
      List<String> classes = folder.classes();
      return new DataFiles.Parts(folder.read("train", classes), folder.read("test", classes));
    } catch (IOException e) {
      throw new UserException("cannot read %s: %s".formatted(directory, e.getMessage()));
    }
  }

  private List<String> classes() throws IOException, UserException {
    Path train = directory.resolve("train");
    List<String> classes =
        list(train, Files::isDirectory).stream()
            .map(path -> path.getFileName().toString())
            .toList();
    if (classes.size() < 2 || classes.size() > LabelledImages.MAX_CLASSES) {
      throw new UserException(
          "%s has %d folders; give a folder for each of 2 to %d classes"
              .formatted(train, classes.size(), LabelledImages.MAX_CLASSES));
    }
    return classes;
  }

  private LabelledImages read(String part, List<String> classes) throws IOException, UserException {
    List<LabelledFile> files = files(directory.resolve(part), classes);
    if ((long) files.size() * shape.size() > Integer.MAX_VALUE - 8) {
      throw new UserException(
          "%d images of %s do not fit into memory at %d pixels a side; give fewer or a smaller image size"
              .formatted(files.size(), directory.resolve(part), shape.rows()));
    }
    var labels = new byte[files.size()];
    var pixels = new byte[files.size() * shape.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = files.get(i).label();
      copy(scaled(files.get(i).file()), pixels, i * shape.size());
      if ((i + 1) % PROGRESS_INTERVAL == 0) {
        LOG.info("images read part={} count={} of={}", part, i + 1, labels.length);
      }
    }
    return new LabelledImages(shape, classes.size(), pixels, labels);
  }

  private static List<LabelledFile> files(Path part, List<String> classes)
      throws IOException, UserException {
    if (!Files.isDirectory(part)) {
      throw new UserException(
          "%s does not exist; give a folder with train and test, and in each a folder per class"
              .formatted(part));
    }
    List<LabelledFile> files = new ArrayList<>();
    for (Path folder : list(part, Files::isDirectory)) {
      int label = classes.indexOf(folder.getFileName().toString());
      if (label < 0) {
        throw new UserException(
            "%s is a class without training images; the training images have %s"
                .formatted(folder, classes));
      }
      list(folder, ImageFolder::isImage)
          .forEach(file -> files.add(new LabelledFile(file, (byte) label)));
    }
    if (files.isEmpty()) {
      throw new UserException("%s has no PNG or JPEG files; add some".formatted(part));
    }
    return files;
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return SUFFIXES.stream().anyMatch(name::endsWith) && Files.isRegularFile(file);
  }

  private static List<Path> list(Path folder, Predicate<Path> filter) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(filter).sorted().toList();
    }
  }

  private BufferedImage scaled(Path file) throws UserException {
    try {
      BufferedImage image = decoded(file);
      var scaled = new BufferedImage(shape.columns(), shape.rows(), BufferedImage.TYPE_INT_RGB);
      Graphics2D canvas = scaled.createGraphics();
      canvas.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      canvas.drawImage(image, 0, 0, shape.columns(), shape.rows(), null);
      canvas.dispose();
      return scaled;
    } catch (IOException e) {
      throw new UserException(
          "%s is damaged (%s); replace or remove it".formatted(file, e.getMessage()));
    }
  }

  /** The size is read and checked before any pixel is. */
  private static BufferedImage decoded(Path file) throws IOException, UserException {
    try (ImageInputStream input = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
      if (!readers.hasNext()) {
        throw new UserException(
            "%s is not a PNG or JPEG image; replace or remove it".formatted(file));
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(input, true, true);
        DataMemory.checkImage(file, reader.getWidth(0), reader.getHeight(0));
        return reader.read(0);
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new IOException("its decoder says " + e.getMessage(), e);
      } finally {
        reader.dispose();
      }
    }
  }

  private void copy(BufferedImage image, byte[] pixels, int offset) {
    int plane = shape.rows() * shape.columns();
    int[] colours = image.getRGB(0, 0, shape.columns(), shape.rows(), null, 0, shape.columns());
    for (int p = 0; p < plane; p++) {
      for (int channel = 0; channel < CHANNELS; channel++) {
        pixels[offset + channel * plane + p] = (byte) (colours[p] >> (16 - 8 * channel));
      }
    }
  }
}
