package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A trainer is killed, or its machine loses power, at every step of writing a checkpoint. */
class CheckpointKillTest {

  private static final int SIZE = 2_000;

  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Ends the process before a step, and knows what a loss of power would leave. */
  private static final class DyingDisk extends Disk {
    private int stepsLeft;
    private final Set<Path> unforced = new HashSet<>();
    private final List<String> violations = new ArrayList<>();

    DyingDisk(int stepsLeft) {
      this.stepsLeft = stepsLeft;
    }

    private void step() {
      if (stepsLeft-- == 0) {
        throw new Killed();
      }
    }

    @Override
    void createFolders(Path folder) throws IOException {
      step();
      if (!Files.exists(folder)) {
        unforced.add(folder);
        unforced.add(folder.getParent());
      }
      super.createFolders(folder);
    }

    @Override
    String write(Path file, Content content) throws IOException {
      step();
      unforced.add(file);
      unforced.add(file.getParent());
      return super.write(file, content);
    }

    @Override
    void force(Path path) throws IOException {
      step();
      unforced.remove(path);
      // The file system in memory has no channels to folders.
      if (!Files.isDirectory(path)) {
        super.force(path);
      }
    }

    @Override
    void rename(Path from, Path to) throws IOException {
      step();
      super.rename(from, to);
      Set<Path> moved = new HashSet<>();
      unforced.removeIf(
          path -> path.startsWith(from) && moved.add(to.resolve(from.relativize(path))));
      unforced.addAll(moved);
      unforced.add(to.getParent());
    }

    /** What is deleted must leave a checkpoint that a loss of power does not take. */
    @Override
    void deleteFile(Path path) throws IOException {
      step();
      if (path.getFileName().toString().equals(Manifest.FILE) && isForced(path.getParent())) {
        Path directory = path.getParent().getParent();
        try (Stream<Path> folders = Files.list(directory)) {
          if (unforced.contains(directory)
              || folders
                  .filter(folder -> !folder.equals(path.getParent()))
                  .filter(folder -> folder.getFileName().toString().startsWith("epoch-"))
                  .noneMatch(this::isForced)) {
            violations.add(path.toString());
          }
        }
      }
      super.deleteFile(path);
    }

    private boolean isForced(Path folder) {
      return Files.exists(folder.resolve(Manifest.FILE))
          && unforced.stream().noneMatch(path -> path.startsWith(folder));
    }
  }

  private static Checkpoint checkpoint(int epoch, int content) {
    return new Checkpoint(
        new Checkpoint.Position(
            epoch, 0, Optional.empty(), Map.of("weight", content), Optional.empty()),
        Bytes.random(SIZE, epoch, content),
        Optional.empty(),
        Bytes.random(SIZE, epoch, content + 1),
        true);
  }

  static Stream<Arguments> writes() {
    return Stream.of(true, false)
        .flatMap(durably -> Stream.of(Arguments.of(8, 0, durably), Arguments.of(7, 5, durably)));
  }

  /** Epoch 7 is there and durable; it is followed by another, or replaced by one of its name. */
  @ParameterizedTest(name = "epoch {0}, content {1}, durably {2}")
  @MethodSource("writes")
  void oneOfTheTwoCheckpointsIsWholeAfterAKillAtAnyStep(int epoch, int content, boolean durably)
      throws IOException {
    int step = 0;
    boolean killed = true;
    while (killed) {
      try (FileSystem files = Jimfs.newFileSystem(Configuration.unix())) {
        Path directory = files.getPath("/run/checkpoints");
        alive(directory).write(checkpoint(7, 0), true);
        var disk = new DyingDisk(step);
        killed = write(directory, disk, checkpoint(epoch, content), durably);

        assertThat(disk.violations).as("lost with the power at step %d", step).isEmpty();
        StoredCheckpoint found =
            alive(directory)
                .resume()
                .orElseThrow(() -> new AssertionError("no checkpoint is left"));
        assertThat(List.of(checkpoint(7, 0).position(), checkpoint(epoch, content).position()))
            .as("after a kill at step %d", step)
            .contains(found.position());
        if (!killed) {
          assertThat(found.position()).isEqualTo(checkpoint(epoch, content).position());
        }
      }
      step++;
    }
    assertThat(step).isGreaterThan(8);
  }

  private static CheckpointStore alive(Path directory) throws IOException {
    return new CheckpointStore(directory, 1, new DyingDisk(Integer.MAX_VALUE));
  }

  /** Whether it was killed while it wrote. */
  private static boolean write(Path directory, Disk disk, Checkpoint checkpoint, boolean durably)
      throws IOException {
    try {
      var store = new CheckpointStore(directory, 1, disk);
      assertThat(store.resume()).isPresent();
      store.write(checkpoint, durably);
      return false;
    } catch (Killed killed) {
      return true;
    }
  }
}
