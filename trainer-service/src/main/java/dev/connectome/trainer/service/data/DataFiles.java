package dev.connectome.trainer.service.data;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.trainer.service.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a directory in one of the formats that the trainer knows. */
final class DataFiles {

  private static final Logger LOG = LoggerFactory.getLogger(DataFiles.class);

  /** The two parts of a data set as it is published. */
  record Parts(LabelledData train, LabelledData test) {}

  private DataFiles() {}

  /**
   * Reads a directory, or the one below it that has the data.
   *
   * @param spec names the format; empty or {@code auto} to detect it by the files
   * @throws UserException if the directory is missing, damaged or of no known format
   */
  static Parts read(Path directory, DataSpec spec) throws UserException {
    requireFolder(directory);
    if (spec.getFormat().isEmpty() || spec.getFormat().equals("auto")) {
      Path found = find(directory);
      return read(found, DataFormat.of(found).orElseThrow(), spec);
    }
    DataFormat format =
        DataFormat.named(spec.getFormat())
            .orElseThrow(
                () ->
                    new UserException(
                        "unknown data format \"%s\"; this trainer knows: auto, cifar10, cifar100, embedded, folder, idx, table"
                            .formatted(spec.getFormat())));
    Optional<Path> found = DataSearch.find(directory, format::matches);
    return read(found.orElse(directory), format, spec);
  }

  private static Parts read(Path directory, DataFormat format, DataSpec spec) throws UserException {
    LOG.info("data found format={} directory={}", format.id(), directory);
    return format.read(directory, spec);
  }

  private static void requireFolder(Path directory) throws UserException {
    if (Files.isRegularFile(directory)) {
      throw new UserException("%s is a file; give the folder that it is in".formatted(directory));
    }
    if (!Files.isDirectory(directory)) {
      throw new UserException(
          "data directory %s does not exist; give a folder with the data set's files"
              .formatted(directory));
    }
  }

  /**
   * Detects the format of a directory by its files, without reading them.
   *
   * @throws UserException if the directory is missing or of no known format
   */
  static String format(Path directory) throws UserException {
    requireFolder(directory);
    return DataFormat.of(find(directory)).orElseThrow().id();
  }

  private static Path find(Path directory) throws UserException {
    return DataSearch.find(directory, candidate -> DataFormat.of(candidate).isPresent())
        .orElseThrow(
            () ->
                new UserException(
                    "%s has no data set of a known format: it has %s; give a folder with MNIST's four IDX files (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-…), CIFAR's binary files, train and test with a folder of images per class, or train.csv and test.csv"
                        .formatted(directory, DataSearch.seen(directory))));
  }
}
