package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {

  private static final int SIZE = 100_000;

  @TempDir Path directory;

  private static Checkpoint checkpoint(int epoch, int nextBatch) {
    return checkpoint(epoch, nextBatch, Optional.empty(), Optional.empty());
  }

  private static Checkpoint checkpoint(
      int epoch, int nextBatch, Optional<byte[]> average, Optional<BestEpoch.Found> best) {
    return new Checkpoint(
        new Checkpoint.Position(epoch, nextBatch, Optional.empty(), Map.of("weight", epoch), best),
        Bytes.random(SIZE, epoch, nextBatch),
        average.map(Bytes::new),
        Bytes.random(SIZE, epoch, nextBatch + 1),
        true);
  }

  private static byte[] weights(int epoch, int nextBatch) {
    return Bytes.random(SIZE, epoch, nextBatch).bytes;
  }

  private static List<String> kept(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(path -> path.getFileName().toString())
          .filter(name -> !name.equals(".writer"))
          .sorted()
          .toList();
    }
  }

  @Test
  void aTrainerThatAnotherHasTakenOverFromWritesNoMore() throws IOException {
    var old = new CheckpointStore(directory, 5);
    old.takeOver();
    old.write(checkpoint(1, 0), false);
    var young = new CheckpointStore(directory, 5);
    young.takeOver();

    assertThatThrownBy(() -> old.write(checkpoint(2, 0), true))
        .isInstanceOf(WriteFence.TakenException.class)
        .hasMessageContaining(directory.toString());

    assertThat(young.newest().orElseThrow().epoch()).isEqualTo(1);
    young.write(checkpoint(2, 0), true);
    assertThat(young.newest().orElseThrow().epoch()).isEqualTo(2);
  }

  @Test
  void keepsTheNewestEpochsAndTheNewestDurableCheckpoint() throws IOException {
    var store = new CheckpointStore(directory, 2);
    store.write(checkpoint(1, 0), true);
    for (int epoch = 2; epoch <= 5; epoch++) {
      store.write(checkpoint(epoch, 0), false);
    }
    assertThat(kept(directory)).containsExactly("epoch-000001", "epoch-000004", "epoch-000005");

    store.write(checkpoint(5, 3), true);
    assertThat(kept(directory))
        .containsExactly("epoch-000004", "epoch-000005", "epoch-000005-batch-0000003");

    store.write(checkpoint(6, 0), true);
    assertThat(kept(directory)).containsExactly("epoch-000005", "epoch-000006");
  }

  @Test
  void theBestEpochIsKeptUntilThereIsABetterOne() throws IOException {
    var store = new CheckpointStore(directory, 1);
    int[] best = {1, 2, 2, 2, 5, 5};
    for (int epoch = 1; epoch <= best.length; epoch++) {
      var found = new BestEpoch.Found(best[epoch - 1], 0.1 + epoch);
      store.write(checkpoint(epoch, 0, Optional.empty(), Optional.of(found)), false);
      assertThat(kept(directory))
          .contains("epoch-%06d".formatted(best[epoch - 1]), "epoch-%06d".formatted(epoch));
    }
    assertThat(kept(directory)).containsExactly("epoch-000005", "epoch-000006");
    assertThat(new CheckpointStore(directory, 1).newest().orElseThrow().position().best())
        .contains(new BestEpoch.Found(5, 6.1));
  }

  @Test
  void anAverageIsTheResultAndTheWeightsStayToGoOnFrom() throws IOException {
    byte[] average = {1, 2, 3};
    Path folder =
        new CheckpointStore(directory, 2)
            .write(checkpoint(3, 5, Optional.of(average), Optional.empty()), true);

    assertThat(folder.resolve("weights.params")).hasBinaryContent(average);
    StoredCheckpoint read = new CheckpointStore(directory, 2).newest().orElseThrow();
    assertThat(read.average().orElseThrow()).hasBinaryContent(average);
    assertThat(read.weights()).hasBinaryContent(weights(3, 5));
    assertThat(read.position().best()).isEmpty();

    Files.write(folder.resolve("training.params"), average);
    assertThat(new CheckpointStore(directory, 2).newest()).isEmpty();
  }

  @Test
  void onlyWhatIsNewNeedsANewFormat() throws IOException {
    var store = new CheckpointStore(directory, 5);
    Path plain = store.write(checkpoint(1, 0), true);
    Path later =
        store.write(
            checkpoint(2, 0, Optional.empty(), Optional.of(new BestEpoch.Found(1, 2))), true);

    assertThat(plain.resolve("manifest.json"))
        .content()
        .contains("\"format\":2")
        .doesNotContain("best");
    assertThat(later.resolve("manifest.json")).content().contains("\"format\":3");

    Path manifest = later.resolve("manifest.json");
    Files.writeString(manifest, Files.readString(manifest).replace("\"format\":3", "\"format\":5"));
    assertThatThrownBy(store::resume)
        .isInstanceOf(LaterFormatException.class)
        .hasMessageContaining("epoch-000002 has format 5")
        .hasMessageContaining("reads up to 4. Resume the run with a trainer of the version that");
    assertThatThrownBy(() -> store.atEndOf(2)).isInstanceOf(LaterFormatException.class);
    assertThat(kept(directory)).containsExactly("epoch-000001", "epoch-000002");
  }

  @Test
  void deletesHalfWrittenAndLaterCheckpoints() throws IOException {
    var store = new CheckpointStore(directory, 5);
    store.write(checkpoint(1, 0), true);
    store.write(checkpoint(2, 0), true);
    store.write(checkpoint(3, 0), true);
    Files.createDirectories(directory.resolve(".epoch-000004.part"));
    Files.writeString(directory.resolve(".epoch-000004.part/weights.params"), "half");
    Files.writeString(directory.resolve("notes.txt"), "not ours");

    new CheckpointStore(directory, 5).write(checkpoint(2, 0), false);

    assertThat(kept(directory)).containsExactly("epoch-000001", "epoch-000002", "notes.txt");
  }

  @Test
  void writingTheSameCheckpointAgainOnlySyncsIt() throws IOException {
    var store = new CheckpointStore(directory, 5);
    Path folder = store.write(checkpoint(1, 0), false);
    Object before = Files.readAttributes(folder.resolve("weights.params"), "unix:ino").get("ino");

    assertThat(store.write(checkpoint(1, 0), true)).isEqualTo(folder);

    assertThat(Files.readAttributes(folder.resolve("weights.params"), "unix:ino").get("ino"))
        .isEqualTo(before);
  }

  @Test
  void readsCheckpointsOfFormat1() throws Exception {
    Path folder = new CheckpointStore(directory, 5).write(checkpoint(3, 0), true);
    Path manifest = folder.resolve("manifest.json");
    Files.writeString(
        manifest,
        """
        {"format": 1, "epoch": 3, "nextBatch": 0, "optimizerSteps": {"weight": 3},
         "sha256": {"weights.params": "%s", "optimizer.ndlist": "%s"}}
        """
            .formatted(sha256(weights(3, 0)), sha256(weights(3, 1))));

    assertThat(new CheckpointStore(directory, 5).newest().orElseThrow().weights())
        .hasBinaryContent(weights(3, 0));

    Files.write(folder.resolve("weights.params"), weights(4, 0));
    assertThat(new CheckpointStore(directory, 5).newest()).isEmpty();
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void aFullDiskIsReportedAndEarlierCheckpointsStay() throws IOException {
    try (FileSystem small =
        Jimfs.newFileSystem(
            Configuration.unix().toBuilder().setMaxSize(7 * SIZE).setBlockSize(4_096).build())) {
      fill(small.getPath("/checkpoints"), "Jimfs");
    }
  }

  @Test
  void aFullTmpfsIsReportedAndEarlierCheckpointsStay() throws Exception {
    Path mount = Files.createDirectories(directory.resolve("small"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", mount.toString()));
    try {
      fill(mount.resolve("checkpoints"), "No space left on device");
    } finally {
      assertThat(run("umount", mount.toString())).isTrue();
    }
  }

  @Test
  void foldersAboveThatCannotBeForcedAreNoObstacle() throws IOException {
    Path checkpoints = directory.resolve("run/checkpoints");
    List<Path> asked = new ArrayList<>();
    var disk =
        new Disk() {
          @Override
          void force(Path path) throws IOException {
            if (directory.startsWith(path)) {
              asked.add(path);
              throw new IOException("Invalid argument");
            }
            super.force(path);
          }
        };

    new CheckpointStore(checkpoints, 1, disk).write(checkpoint(1, 0), true);

    assertThat(new CheckpointStore(checkpoints, 1, disk).resume().orElseThrow().epoch())
        .isEqualTo(1);
    assertThat(asked).containsExactly(directory, directory);
  }

  /** As one of another user is, or one on a disk that can only be read. */
  @Test
  void aTrainingGoesOnFromACheckpointThatItMayOnlyRead() throws Exception {
    Path mount = Files.createDirectories(directory.resolve("small"));
    assumeTrue(run("mount", "-t", "tmpfs", "tmpfs", mount.toString()));
    try {
      Path checkpoints = mount.resolve("checkpoints");
      new CheckpointStore(checkpoints, 1).write(checkpoint(4, 0), false);
      assertThat(run("mount", "-o", "remount,ro", mount.toString())).isTrue();

      assertThat(new CheckpointStore(checkpoints, 1).resume().orElseThrow().epoch()).isEqualTo(4);
    } finally {
      assertThat(run("umount", mount.toString())).isTrue();
    }
  }

  /** A process that was killed has not forced its last checkpoint to the disk. */
  @Test
  void theCheckpointATrainingGoesOnFromStaysUntilANewerOneIsDurable() throws IOException {
    new CheckpointStore(directory, 1).write(checkpoint(4, 0), false);

    var resumed = new CheckpointStore(directory, 1);
    assertThat(resumed.resume().orElseThrow().epoch()).isEqualTo(4);
    resumed.write(checkpoint(5, 0), false);
    resumed.write(checkpoint(6, 0), false);
    assertThat(kept(directory)).containsExactly("epoch-000004", "epoch-000006");
    resumed.write(checkpoint(7, 0), true);
    assertThat(kept(directory)).containsExactly("epoch-000007");
  }

  @Test
  void namesAreTheSameWhereverATrainerRuns() throws IOException {
    Locale here = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      var store = new CheckpointStore(directory, 1);
      store.write(checkpoint(9, 0), false);
      store.write(checkpoint(12, 34), false);
    } finally {
      Locale.setDefault(here);
    }
    assertThat(kept(directory)).containsExactly("epoch-000009", "epoch-000012-batch-0000034");
  }

  @Test
  void otherFailuresMayBeRetried() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "in the way");

    assertThatThrownBy(() -> new CheckpointStore(file, 9).write(checkpoint(1, 0), false))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(DiskFullException.class)
        .hasMessageEndingWith("; earlier ones are intact");
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }

  private static void fill(Path checkpoints, String reason) throws IOException {
    boolean real = !reason.equals("Jimfs");
    var store = new CheckpointStore(checkpoints, 9);
    store.write(checkpoint(1, 0), real);
    store.write(checkpoint(2, 0), real);
    store.write(checkpoint(3, 0), real);

    assertThatThrownBy(() -> store.write(checkpoint(4, 0), real))
        .isInstanceOf(DiskFullException.class)
        .hasMessageStartingWith("checkpoint epoch-000004 (195 KiB) could not be written to ")
        .hasMessageContaining(real ? reason : "out of disk space")
        .hasMessageEndingWith("; earlier ones are intact, free some space and resume the run");

    assertThat(kept(checkpoints)).containsExactly("epoch-000001", "epoch-000002", "epoch-000003");
    assertThat(new CheckpointStore(checkpoints, 9).newest().orElseThrow().weights())
        .hasBinaryContent(weights(3, 0));
  }
}
