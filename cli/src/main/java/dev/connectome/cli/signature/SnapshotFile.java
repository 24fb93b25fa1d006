package dev.connectome.cli.signature;

import dev.connectome.cli.CommandFailure;
import dev.connectome.platform.IoMessages;
import dev.connectome.topology.numpy.NumpyArray;
import dev.connectome.topology.numpy.NumpyFile;
import dev.connectome.topology.numpy.NumpyFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A file of snapshots as it is named on the command line: a file, a pipe, or {@code -} for what
 * comes in; of an archive, {@code FILE:ARRAY} for one of several.
 */
final class SnapshotFile {
  private static final String ARCHIVE = ".npz";
  private static final String INPUT = "-";

  private final String name;
  private final Path path;
  private final String wanted;

  private SnapshotFile(String name, Path path, String wanted) {
    this.name = name;
    this.path = path;
    this.wanted = wanted;
  }

  /**
   * A snapshot in a file.
   *
   * @param name of both, for people
   * @param folder where its sets belong: the name of the file without its suffix and, of an array
   *     in it, a folder below
   */
  record Named(String name, Path folder, NumpyArray array) {}

  static SnapshotFile of(String argument) {
    int end = argument.indexOf(ARCHIVE + ":");
    if (end < 0 || Files.exists(Path.of(argument))) {
      return new SnapshotFile(argument, Path.of(argument), "");
    }
    int colon = end + ARCHIVE.length();
    return new SnapshotFile(
        argument.substring(0, colon),
        Path.of(argument.substring(0, colon)),
        argument.substring(colon + 1));
  }

  /**
   * The snapshots in the file: of a {@code .npy} file all that were saved to it, of an archive one.
   *
   * @throws CommandFailure that names the file and what is wrong with it
   */
  List<Named> read() {
    List<NumpyArray> arrays;
    try {
      arrays = NumpyFile.read(content(), memory());
    } catch (NumpyFormatException e) {
      throw malformed(name, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw CommandFailure.badInput("cannot read the snapshot: " + IoMessages.of(e));
    }
    if (wanted.isEmpty() && (!name.endsWith(ARCHIVE) || arrays.size() == 1)) {
      return arrays.stream().map(this::named).toList();
    }
    return arrays.stream()
        .filter(array -> array.name().equals(wanted))
        .findFirst()
        .map(array -> List.of(named(array)))
        .orElseThrow(
            () ->
                malformed(
                    name,
                    "has the arrays %s: name one, as in %s:%s"
                        .formatted(
                            arrays.stream().map(NumpyArray::name).collect(Collectors.joining(", ")),
                            name,
                            arrays.get(0).name())));
  }

  private Named named(NumpyArray array) {
    String full = array.name().isEmpty() ? name : name + ":" + array.name();
    // Two connectomes and two death sets.
    long needed = 4L * Float.BYTES * array.neurons() * array.neurons() / 2;
    if (needed > Runtime.getRuntime().maxMemory() / 10 * 9) {
      throw malformed(
          full,
          "has %d columns, which need about %d MiB of heap: set CONNECTOME_HEAP=%dm and try again"
              .formatted(array.neurons(), needed >> 20, (needed / 3 * 4) >> 20));
    }
    String file =
        name.equals(INPUT)
            ? "stdin"
            : path.toAbsolutePath().getFileName().toString().replaceFirst("\\.np[yz]$", "");
    return new Named(full, Path.of(file, array.name().replaceAll("[^A-Za-z0-9_-]", "_")), array);
  }

  private ByteBuffer content() throws IOException {
    if (Files.isRegularFile(path)) {
      try (FileChannel channel = FileChannel.open(path)) {
        if (channel.size() > Integer.MAX_VALUE) {
          throw malformed(name, "is larger than 2 GiB, the most that can be read");
        }
        return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      }
    }
    try (InputStream in = name.equals(INPUT) ? System.in : Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes((int) Math.min(memory(), Integer.MAX_VALUE - 8));
      if (in.read() >= 0) {
        throw malformed(name, "is larger than %d MiB: save it to a file".formatted(memory() >> 20));
      }
      return ByteBuffer.wrap(bytes);
    }
  }

  /** What may be held at once of what comes in, or is unpacked. */
  private static long memory() {
    return Runtime.getRuntime().maxMemory() / 2;
  }

  static CommandFailure malformed(String name, String problem) {
    return CommandFailure.badInput(name + " " + problem + ".");
  }
}
