package dev.connectome.trainer.service.training;

import static com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.Maps;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The stored format of a checkpoint: a folder with {@code weights.params}, {@code optimizer.ndlist}
 * and {@code manifest.json}, which holds their checksums. Where the run keeps an average of its
 * weights, that is in {@code weights.params}, and the weights to go on from in {@code
 * training.params}: whoever reads the first gets what the run keeps.
 */
final class CheckpointFolder {

  static final String PREFIX = "epoch-";

  private static final String BATCH = "-batch-";
  private static final String WEIGHTS = "weights.params";
  private static final String TRAINING = "training.params";
  private static final String OPTIMIZER = "optimizer.ndlist";
  private static final String MANIFEST = "manifest.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Read, but no longer written: SHA-256 slowed down trainings with frequent checkpoints. */
  private static final int FORMAT_SHA256 = 1;

  private static final int FORMAT_CRC32 = 2;

  /** Only written with an average or a best epoch, so that earlier trainers read the others. */
  private static final int FORMAT_RESULT = 3;

  private record Manifest(
      @JsonProperty("format") int format,
      @JsonProperty("epoch") int epoch,
      @JsonProperty("nextBatch") int nextBatch,
      @JsonProperty("checksums") @JsonAlias("sha256") Map<String, String> checksums,
      @JsonProperty("optimizerSteps") Map<String, Integer> optimizerSteps,
      @JsonProperty("best") @JsonInclude(NON_NULL) BestEpoch.@Nullable Found best) {

    static Manifest of(Checkpoint checkpoint) {
      boolean plain = checkpoint.average().isEmpty() && checkpoint.best().isEmpty();
      int format = plain ? FORMAT_CRC32 : FORMAT_RESULT;
      return new Manifest(
          format,
          checkpoint.epoch(),
          checkpoint.nextBatch(),
          Map.copyOf(Maps.transformValues(files(checkpoint), bytes -> checksum(format, bytes))),
          checkpoint.optimizerSteps(),
          checkpoint.best().orElse(null));
    }
  }

  private CheckpointFolder() {}

  private static Map<String, byte[]> files(Checkpoint checkpoint) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(WEIGHTS, checkpoint.result());
    files.put(OPTIMIZER, checkpoint.optimizerState());
    if (checkpoint.average().isPresent()) {
      files.put(TRAINING, checkpoint.weights());
    }
    return files;
  }

  /** Names sort in the order of training. */
  static String name(Checkpoint checkpoint) {
    return checkpoint.nextBatch() == 0
        ? endOfEpoch(checkpoint.epoch())
        : endOfEpoch(checkpoint.epoch()) + "%s%07d".formatted(BATCH, checkpoint.nextBatch());
  }

  static String endOfEpoch(int epoch) {
    return "%s%06d".formatted(PREFIX, epoch);
  }

  static boolean isEndOfEpoch(Path folder) {
    return !folder.getFileName().toString().contains(BATCH);
  }

  /** Replaces whatever is in the folder. */
  static void write(Path folder, Checkpoint checkpoint, boolean durably) throws IOException {
    byte[] manifest = JSON.writeValueAsBytes(Manifest.of(checkpoint));
    delete(folder);
    Files.createDirectory(folder);
    for (Map.Entry<String, byte[]> file : files(checkpoint).entrySet()) {
      write(folder.resolve(file.getKey()), file.getValue(), durably);
    }
    write(folder.resolve(MANIFEST), manifest, durably);
    if (durably) {
      syncEntries(folder);
    }
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

  /**
   * Reads a checkpoint.
   *
   * @throws IOException if a file is missing or does not match its checksum, or the format is of a
   *     later version
   */
  static Checkpoint read(Path folder) throws IOException {
    try {
      Manifest manifest =
          JSON.readValue(Files.readAllBytes(folder.resolve(MANIFEST)), Manifest.class);
      if (manifest.format() > FORMAT_RESULT) {
        throw new IOException(
            "format %d is of a later version, this one reads up to %d"
                .formatted(manifest.format(), FORMAT_RESULT));
      }
      byte[] result = verified(folder.resolve(WEIGHTS), manifest);
      boolean averaged = manifest.checksums().containsKey(TRAINING);
      return new Checkpoint(
          manifest.epoch(),
          manifest.nextBatch(),
          averaged ? verified(folder.resolve(TRAINING), manifest) : result,
          averaged ? Optional.of(result) : Optional.empty(),
          verified(folder.resolve(OPTIMIZER), manifest),
          manifest.optimizerSteps(),
          Optional.ofNullable(manifest.best()));
    } catch (NoSuchFileException e) {
      throw new IOException("missing: " + e.getFile(), e);
    }
  }

  private static byte[] verified(Path file, Manifest manifest) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    String expected = manifest.checksums().get(file.getFileName().toString());
    if (!checksum(manifest.format(), bytes).equals(expected)) {
      throw new IOException("checksum of " + file.getFileName() + " does not match its manifest");
    }
    return bytes;
  }

  private static String checksum(int format, byte[] bytes) {
    return (format == FORMAT_SHA256 ? Hashing.sha256() : Hashing.crc32())
        .hashBytes(bytes)
        .toString();
  }

  /** Whether the folder holds this very checkpoint, undamaged. */
  static boolean holds(Path folder, Checkpoint checkpoint) {
    try {
      return Files.isDirectory(folder) && Manifest.of(checkpoint).equals(Manifest.of(read(folder)));
    } catch (IOException e) {
      return false;
    }
  }

  /** Forces a checkpoint to the disk. */
  static void sync(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
    syncEntries(folder);
  }

  /** Forces the names in a folder to the disk, not what they contain. */
  static void syncEntries(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path path : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
