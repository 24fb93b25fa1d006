package dev.connectome.trainer.service.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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
  private static final String PREFIX = "epoch-";
  private static final String WEIGHTS = "weights.params";
  private static final String OPTIMIZER = "optimizer.ndlist";
  private static final String MANIFEST = "manifest.json";

  private final Path directory;
  private final int keep;

  /** What a manifest says. */
  private record Manifest(
      @JsonProperty("format") int format,
      @JsonProperty("epoch") int epoch,
      @JsonProperty("nextBatch") int nextBatch,
      @JsonProperty("sha256") Map<String, String> sha256,
      @JsonProperty("optimizerSteps") Map<String, Integer> optimizerSteps) {}

  CheckpointStore(Path directory, int keep) {
    this.directory = directory;
    this.keep = keep;
  }

  /**
   * Writes a checkpoint and removes those that are too many.
   *
   * @param durably whether to wait until the disk has it
   * @return its folder
   */
  Path write(Checkpoint checkpoint, boolean durably) throws IOException {
    Files.createDirectories(directory);
    Path target = directory.resolve(name(checkpoint));
    Path part = directory.resolve("." + name(checkpoint) + ".part");
    delete(part);
    Files.createDirectory(part);
    var manifest =
        new Manifest(
            1,
            checkpoint.epoch(),
            checkpoint.nextBatch(),
            Map.of(
                WEIGHTS, sha256(checkpoint.weights()),
                OPTIMIZER, sha256(checkpoint.optimizerState())),
            checkpoint.optimizerSteps());
    write(part.resolve(WEIGHTS), checkpoint.weights(), durably);
    write(part.resolve(OPTIMIZER), checkpoint.optimizerState(), durably);
    write(part.resolve(MANIFEST), JSON.writeValueAsBytes(manifest), durably);
    delete(target);
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    if (durably) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
    List<Path> all = newestFirst();
    for (Path surplus : all.subList(Math.min(keep, all.size()), all.size())) {
      delete(surplus);
    }
    return target;
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
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> folders =
          new ArrayList<>(
              entries.filter(path -> path.getFileName().toString().startsWith(PREFIX)).toList());
      folders.sort(Comparator.comparing((Path path) -> path.getFileName().toString()).reversed());
      return folders;
    }
  }

  private static Checkpoint read(Path folder) throws IOException {
    try {
      Manifest manifest = JSON.readValue(folder.resolve(MANIFEST).toFile(), Manifest.class);
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
    String expected = manifest.sha256().get(file.getFileName().toString());
    if (!sha256(bytes).equals(expected)) {
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

  private static String name(Checkpoint checkpoint) {
    return name(checkpoint.epoch(), checkpoint.nextBatch());
  }

  /** Names sort as the training goes. */
  static String name(int epoch, int nextBatch) {
    return nextBatch == 0
        ? "%s%06d".formatted(PREFIX, epoch)
        : "%s%06d-batch-%07d".formatted(PREFIX, epoch, nextBatch);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
