package dev.connectome.trainer.service.training;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run, a folder each: {@code weights.params}, {@code optimizer.ndlist} and
 * {@code manifest.json} with their checksums. A checkpoint is written under another name and then
 * renamed, so that it is there whole or not at all.
 */
final class CheckpointStore {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HIDDEN = ".";
  private static final String PREFIX = "epoch-";
  private static final String BATCH = "-batch-";
  private static final String WEIGHTS = "weights.params";
  private static final String OPTIMIZER = "optimizer.ndlist";
  private static final String MANIFEST = "manifest.json";

  /** Of manifests with SHA-256, which costs a training that is written down often too much. */
  private static final int OLD_FORMAT = 1;

  /** Of manifests with CRC-32. */
  private static final int FORMAT = 2;

  private static final Comparator<Path> NEWEST_FIRST =
      Comparator.comparing((Path path) -> path.getFileName().toString()).reversed();

  private final Path directory;
  private final int keep;
  private @Nullable Path newestDurable;

  /** What a manifest says. */
  private record Manifest(
      @JsonProperty("format") int format,
      @JsonProperty("epoch") int epoch,
      @JsonProperty("nextBatch") int nextBatch,
      @JsonProperty("checksums") @JsonAlias("sha256") Map<String, String> checksums,
      @JsonProperty("optimizerSteps") Map<String, Integer> optimizerSteps) {

    static Manifest of(Checkpoint checkpoint) {
      return new Manifest(
          FORMAT,
          checkpoint.epoch(),
          checkpoint.nextBatch(),
          Map.of(
              WEIGHTS, checksum(FORMAT, checkpoint.weights()),
              OPTIMIZER, checksum(FORMAT, checkpoint.optimizerState())),
          checkpoint.optimizerSteps());
    }
  }

  /**
   * Opens the checkpoints of a run. What a process that was killed left half written is removed.
   *
   * @param directory where they are; made when the first is written
   * @param keep how many ends of epochs are kept
   * @throws IOException if the directory cannot be read
   */
  CheckpointStore(Path directory, int keep) throws IOException {
    this.directory = directory;
    this.keep = keep;
    for (Path leftover : entries(HIDDEN + PREFIX)) {
      delete(leftover);
    }
  }

  Path directory() {
    return directory;
  }

  /**
   * Writes a checkpoint and removes those that are too many, and those of epochs after it, which
   * belong to a training that this one has left behind. The newest that the disk is known to have
   * stays until it has a newer one.
   *
   * @param durably whether to wait until the disk has it
   * @return its folder
   * @throws DiskFullException if there is no room for it; those that were there before still are
   * @throws IOException if it could not be written; those that were there before still are
   */
  Path write(Checkpoint checkpoint, boolean durably) throws IOException {
    String name = name(checkpoint);
    Path target = directory.resolve(name);
    Path part = directory.resolve(HIDDEN + name + ".part");
    try {
      Files.createDirectories(directory);
      Manifest manifest = Manifest.of(checkpoint);
      if (durably && isThere(target, manifest)) {
        sync(target);
      } else {
        writeWhole(part, checkpoint, manifest, durably);
        replace(target, part);
      }
      if (durably) {
        syncFolder(directory);
        newestDurable = target;
      }
      removeSurplus(target);
    } catch (IOException e) {
      String problem =
          "checkpoint %s (%d KiB) could not be written to %s: %s; earlier ones are intact"
              .formatted(name, checkpoint.bytes() / 1024, directory, reason(e));
      boolean full = isFull(checkpoint, e);
      deleteAsFarAsPossible(part);
      throw full
          ? new DiskFullException(problem + ", free some space and resume the run", e)
          : new IOException(problem, e);
    }
    return target;
  }

  /** Asked before what was written of the checkpoint is deleted again. */
  private boolean isFull(Checkpoint checkpoint, IOException e) {
    try {
      return reason(e).contains("quota")
          || Files.getFileStore(directory).getUsableSpace() < checkpoint.bytes();
    } catch (IOException unknown) {
      return false;
    }
  }

  private static void writeWhole(
      Path folder, Checkpoint checkpoint, Manifest manifest, boolean durably) throws IOException {
    delete(folder);
    Files.createDirectory(folder);
    write(folder.resolve(WEIGHTS), checkpoint.weights(), durably);
    write(folder.resolve(OPTIMIZER), checkpoint.optimizerState(), durably);
    write(folder.resolve(MANIFEST), JSON.writeValueAsBytes(manifest), durably);
    if (durably) {
      syncFolder(folder);
    }
  }

  /** Folders cannot be renamed over others: the old one steps aside first. */
  private void replace(Path target, Path part) throws IOException {
    if (!Files.exists(target)) {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Path old = directory.resolve(HIDDEN + target.getFileName() + ".old");
    delete(old);
    Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    delete(old);
  }

  private static boolean isThere(Path folder, Manifest manifest) {
    try {
      return Files.isDirectory(folder) && manifest.equals(Manifest.of(read(folder)));
    } catch (IOException e) {
      return false;
    }
  }

  private void removeSurplus(Path written) throws IOException {
    int kept = 0;
    for (Path folder : newestFirst()) {
      boolean newer = NEWEST_FIRST.compare(folder, written) < 0;
      boolean endOfEpoch = !folder.getFileName().toString().contains(BATCH);
      boolean wanted = folder.equals(written) || folder.equals(newestDurable);
      if (!newer && endOfEpoch && kept < keep) {
        kept++;
        wanted = true;
      }
      if (!wanted) {
        delete(folder);
      }
    }
  }

  /**
   * Waits until the disk has a checkpoint.
   *
   * @param folder its folder
   * @throws IOException if the disk fails
   */
  static void sync(Path folder) throws IOException {
    for (String name : List.of(WEIGHTS, OPTIMIZER, MANIFEST)) {
      try (FileChannel channel = FileChannel.open(folder.resolve(name), StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
    syncFolder(folder);
  }

  private static void syncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** The newest checkpoint that is whole; damaged ones are passed over with a warning. */
  Optional<Checkpoint> newest() throws IOException {
    for (Path folder : newestFirst()) {
      try {
        return Optional.of(read(folder));
      } catch (IOException e) {
        LOG.warn("checkpoint damaged, passed over path={} error=\"{}\"", folder, e.getMessage());
      }
    }
    return Optional.empty();
  }

  /** The checkpoint at the end of an epoch, if it is there and whole. */
  Optional<Checkpoint> atEndOf(int epoch) {
    Path folder = directory.resolve(name(epoch, 0));
    try {
      return Optional.of(read(folder));
    } catch (IOException e) {
      LOG.warn("checkpoint unreadable path={} error=\"{}\"", folder, e.getMessage());
      return Optional.empty();
    }
  }

  private List<Path> newestFirst() throws IOException {
    return entries(PREFIX).stream().sorted(NEWEST_FIRST).toList();
  }

  private List<Path> entries(String prefix) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(path -> path.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  private static Checkpoint read(Path folder) throws IOException {
    try {
      Manifest manifest =
          JSON.readValue(Files.readAllBytes(folder.resolve(MANIFEST)), Manifest.class);
      byte[] weights = checked(folder.resolve(WEIGHTS), manifest);
      byte[] optimizer = checked(folder.resolve(OPTIMIZER), manifest);
      return new Checkpoint(
          manifest.epoch(), manifest.nextBatch(), weights, optimizer, manifest.optimizerSteps());
    } catch (NoSuchFileException e) {
      throw new IOException("missing: " + e.getFile(), e);
    }
  }

  private static byte[] checked(Path file, Manifest manifest) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    String expected = manifest.checksums().get(file.getFileName().toString());
    if (!checksum(manifest.format(), bytes).equals(expected)) {
      throw new IOException("checksum of " + file.getFileName() + " does not match its manifest");
    }
    return bytes;
  }

  private static void write(Path file, byte[] bytes, boolean durably) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      if (durably) {
        channel.force(true);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path path : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void deleteAsFarAsPossible(Path folder) {
    try {
      delete(folder);
    } catch (IOException e) {
      LOG.warn("half a checkpoint left behind path={} error=\"{}\"", folder, e.getMessage());
    }
  }

  /** The messages of some of Java's exceptions are bare paths. */
  private static String reason(IOException e) {
    if (e instanceof FileSystemException file) {
      return file.getReason() == null
          ? "%s: %s".formatted(file.getClass().getSimpleName(), file.getFile())
          : "%s: %s".formatted(file.getFile(), file.getReason());
    }
    return String.valueOf(e.getMessage());
  }

  private static String name(Checkpoint checkpoint) {
    return name(checkpoint.epoch(), checkpoint.nextBatch());
  }

  /** Names sort as the training goes. */
  static String name(int epoch, int nextBatch) {
    return nextBatch == 0
        ? "%s%06d".formatted(PREFIX, epoch)
        : "%s%06d%s%07d".formatted(PREFIX, epoch, BATCH, nextBatch);
  }

  private static String checksum(int format, byte[] bytes) {
    return (format == OLD_FORMAT ? Hashing.sha256() : Hashing.crc32()).hashBytes(bytes).toString();
  }
}
