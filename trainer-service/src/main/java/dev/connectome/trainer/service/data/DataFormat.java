package dev.connectome.trainer.service.data;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.trainer.service.UserException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/** The formats of data sets in folders, in the order in which they are looked for. */
enum DataFormat {
  IDX("idx", IdxFiles::matches, (directory, spec) -> IdxFiles.read(directory)),
  CIFAR10(
      "cifar10",
      directory -> CifarFiles.matches(directory, CifarFiles.Kind.CIFAR10),
      (directory, spec) -> CifarFiles.read(directory, CifarFiles.Kind.CIFAR10)),
  CIFAR100(
      "cifar100",
      directory -> CifarFiles.matches(directory, CifarFiles.Kind.CIFAR100),
      (directory, spec) -> CifarFiles.read(directory, CifarFiles.Kind.CIFAR100)),
  FOLDER("folder", ImageFolder::matches, ImageFolder::read),
  TABLE(
      "table",
      TableFiles::matches,
      (directory, spec) -> TableFiles.read(directory, spec.getLabelColumn()));

  private interface Reader {
    DataFiles.Parts read(Path directory, DataSpec spec) throws UserException;
  }

  private final String id;
  private final Predicate<Path> matches;
  private final Reader reader;

  DataFormat(String id, Predicate<Path> matches, Reader reader) {
    this.id = id;
    this.matches = matches;
    this.reader = reader;
  }

  /** The name of the format in a specification. */
  String id() {
    return id;
  }

  /** Whether a folder has files of this format, without reading them. */
  boolean matches(Path directory) {
    return matches.test(directory);
  }

  /**
   * Reads a data set.
   *
   * @throws UserException if something is missing or damaged
   */
  DataFiles.Parts read(Path directory, DataSpec spec) throws UserException {
    return reader.read(directory, spec);
  }

  /** The format that a folder has. */
  static Optional<DataFormat> of(Path directory) {
    return Arrays.stream(values()).filter(format -> format.matches(directory)).findFirst();
  }

  /** The format of a name. */
  static Optional<DataFormat> named(String id) {
    return Arrays.stream(values()).filter(format -> format.id.equals(id)).findFirst();
  }
}
