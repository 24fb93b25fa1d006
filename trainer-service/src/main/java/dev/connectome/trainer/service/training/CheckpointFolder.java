package dev.connectome.trainer.service.training;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The stored format of a checkpoint: a folder with {@code weights.params}, {@code optimizer.ndlist}
 * and {@code manifest.json}, which holds their checksums. Where the run keeps an average of its
 * weights, that is in {@code weights.params}, and the weights to go on from in {@code
 * training.params}: whoever reads the first gets what the run keeps.
 */
final class CheckpointFolder {

  static final String PREFIX = "epoch-";

  private static final String BATCH = "-batch-";
  private static final int PIECE_BYTES = 1 << 20;

  private CheckpointFolder() {}

  /** Names sort in the order of training, whatever digits people use where it runs. */
  static String name(Checkpoint.Position position) {
    return position.nextBatch() == 0
        ? endOfEpoch(position.epoch())
        : endOfEpoch(position.epoch())
            + String.format(Locale.ROOT, "%s%07d", BATCH, position.nextBatch());
  }

  static String endOfEpoch(int epoch) {
    return String.format(Locale.ROOT, "%s%06d", PREFIX, epoch);
  }

  static boolean isEndOfEpoch(Path folder) {
    return !folder.getFileName().toString().contains(BATCH);
  }

  /** Replaces whatever is in the folder. */
  static void write(Disk disk, Path folder, Checkpoint checkpoint, boolean durably)
      throws IOException {
    disk.deleteFolder(folder);
    disk.createFolders(folder);
    Map<String, String> checksums = new HashMap<>();
    for (Map.Entry<String, Content> file : checkpoint.files().entrySet()) {
      checksums.put(file.getKey(), disk.write(folder.resolve(file.getKey()), file.getValue()));
    }
    disk.write(folder.resolve(Manifest.FILE), text(Manifest.of(checkpoint, checksums).toJson()));
    if (durably) {
      disk.forceFolder(folder);
    }
  }

  private static Content text(byte[] bytes) {
    return new Content() {
      @Override
      public long bytes() {
        return bytes.length;
      }

      @Override
      public void writeTo(WritableByteChannel out) throws IOException {
        out.write(ByteBuffer.wrap(bytes));
      }
    };
  }

  /**
   * Reads a checkpoint.
   *
   * @throws IOException if a file is missing or does not match its checksum, or the format is of a
   *     later version
   */
  static StoredCheckpoint read(Path folder) throws IOException {
    try {
      Manifest manifest = Manifest.read(folder);
      boolean averaged = manifest.checksums().containsKey(StoredCheckpoint.TRAINING);
      var checkpoint = new StoredCheckpoint(folder, manifest.position(), averaged);
      for (Path file :
          averaged
              ? List.of(checkpoint.result(), checkpoint.weights(), checkpoint.optimizerState())
              : List.of(checkpoint.result(), checkpoint.optimizerState())) {
        verify(file, manifest);
      }
      return checkpoint;
    } catch (NoSuchFileException e) {
      throw new IOException("missing: " + e.getFile(), e);
    }
  }

  private static void verify(Path file, Manifest manifest) throws IOException {
    Hasher sum =
        (manifest.format() == Manifest.FORMAT_SHA256 ? Hashing.sha256() : Hashing.crc32())
            .newHasher();
    var piece = new byte[PIECE_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        sum.putBytes(piece, 0, read);
      }
    }
    String expected = manifest.checksums().get(file.getFileName().toString());
    if (!sum.hash().toString().equals(expected)) {
      throw new IOException("checksum of " + file.getFileName() + " does not match its manifest");
    }
  }

  /** Whether the folder holds this very checkpoint, undamaged. */
  static boolean holds(Path folder, Checkpoint checkpoint) throws IOException {
    Manifest stored;
    try {
      stored = Manifest.read(read(folder).folder());
    } catch (IOException e) {
      return false;
    }
    Map<String, String> checksums = new HashMap<>();
    for (Map.Entry<String, Content> file : checkpoint.files().entrySet()) {
      checksums.put(
          file.getKey(),
          file.getValue().writeSummed(Channels.newChannel(OutputStream.nullOutputStream())));
    }
    return stored.equals(Manifest.of(checkpoint, checksums));
  }
}
