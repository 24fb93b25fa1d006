package dev.connectome.trainer.service.training;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run, each a {@link CheckpointFolder}. A checkpoint is written under a hidden
 * name and then renamed, so that it exists completely or not at all. Of several processes, the one
 * that has taken a run's directory last may write to it.
 */
final class CheckpointStore {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
  private static final String HIDDEN = ".";
  private static final String OLD = ".old";

  private static final Comparator<Path> NEWEST_FIRST =
      Comparator.comparing((Path path) -> path.getFileName().toString()).reversed();

  private final Path directory;
  private final int keep;
  private final Disk disk;
  private final WriteFence fence;
  private @Nullable Path newestDurable;

  /**
   * Opens a run's checkpoints. What a killed process was replacing is put back, what it left
   * half-written is deleted.
   *
   * @param directory created with the first checkpoint
   * @param keep how many checkpoints at ends of epochs are kept
   */
  CheckpointStore(Path directory, int keep) throws IOException {
    this(directory, keep, new Disk());
  }

  CheckpointStore(Path directory, int keep, Disk disk) throws IOException {
    this.directory = directory;
    this.keep = keep;
    this.disk = disk;
    this.fence = new WriteFence(directory);
    for (Path leftover : list(HIDDEN + CheckpointFolder.PREFIX)) {
      String name = leftover.getFileName().toString();
      Path replaced =
          leftover.resolveSibling(name.substring(HIDDEN.length()).replaceFirst("\\.old$", ""));
      if (name.endsWith(OLD) && !Files.exists(replaced)) {
        disk.rename(leftover, replaced);
      } else {
        disk.deleteFolder(leftover);
      }
    }
  }

  Path directory() {
    return directory;
  }

  /** Keeps trainers that have opened the directory before from writing to it any more. */
  void takeOver() {
    try {
      fence.take();
    } catch (IOException e) {
      LOG.warn("checkpoints not taken over yet path={} error=\"{}\"", directory, reason(e));
    }
  }

  /**
   * Writes a checkpoint, then deletes surplus ones, and later ones, which are of a training that
   * was abandoned. The newest durable checkpoint stays until there is a newer durable one, and that
   * of the best epoch until there is a better one. Whatever fails, earlier checkpoints are intact.
   *
   * @param durably whether to force it to the disk
   * @return its folder
   * @throws DiskFullException if there is not enough space
   * @throws WriteFence.TakenException if another trainer has taken the directory over
   * @throws IOException if it could not be written
   */
  Path write(Checkpoint checkpoint, boolean durably) throws IOException {
    String name = CheckpointFolder.name(checkpoint.position());
    Path target = directory.resolve(name);
    Path part = directory.resolve(HIDDEN + name + "." + fence.writer() + ".part");
    Optional<Path> best = checkpoint.position().best().map(found -> atEnd(found.epoch()));
    boolean forced = durably || target.equals(newestDurable);
    try {
      disk.createFolders(directory);
      fence.check();
      if (forced && Files.exists(target) && CheckpointFolder.holds(target, checkpoint)) {
        disk.forceFolder(target);
      } else {
        CheckpointFolder.write(disk, part, checkpoint, forced);
        fence.check();
        replace(target, part);
      }
      if (forced) {
        if (best.isPresent() && Files.isDirectory(best.get())) {
          disk.forceFolder(best.get());
        }
        forceNames();
        newestDurable = target;
      }
      deleteSurplus(target, best);
    } catch (WriteFence.TakenException e) {
      tryDelete(part);
      throw e;
    } catch (IOException e) {
      String problem =
          "checkpoint %s (%d KiB) could not be written to %s: %s; earlier ones are intact"
              .formatted(name, checkpoint.bytes() / 1024, directory, reason(e));
      boolean full = isFull(checkpoint, e);
      tryDelete(part);
      throw full
          ? new DiskFullException(problem + ", free some space and resume the run", e)
          : new IOException(problem, e);
    }
    return target;
  }

  /** To be called before the half-written checkpoint is deleted. */
  private boolean isFull(Checkpoint checkpoint, IOException e) {
    try {
      return reason(e).contains("quota")
          || Files.getFileStore(directory).getUsableSpace() < checkpoint.bytes();
    } catch (IOException unknown) {
      return false;
    }
  }

  /**
   * A folder cannot be renamed over another, so the old one is renamed first; it is found again if
   * the process is killed before the new one has the name.
   */
  private void replace(Path target, Path part) throws IOException {
    if (!Files.exists(target)) {
      disk.rename(part, target);
      return;
    }
    Path old = directory.resolve(HIDDEN + target.getFileName() + OLD);
    disk.deleteFolder(old);
    disk.rename(target, old);
    disk.rename(part, target);
    disk.force(directory);
    disk.deleteFolder(old);
  }

  private void forceNames() throws IOException {
    disk.force(directory);
    if (newestDurable == null) {
      forceFoldersAbove();
    }
  }

  /**
   * They may be as new. Those that cannot be forced, since others own them or their file system has
   * no such thing, are none that this run has made.
   */
  private void forceFoldersAbove() {
    for (Path above = directory.getParent(); above != null; above = above.getParent()) {
      try {
        disk.force(above);
      } catch (IOException e) {
        LOG.debug("folder not forced to the disk path={} error=\"{}\"", above, reason(e));
        return;
      }
    }
  }

  private void deleteSurplus(Path written, Optional<Path> best) throws IOException {
    int kept = 0;
    for (Path folder : newestFirst()) {
      boolean later = NEWEST_FIRST.compare(folder, written) < 0;
      boolean keeps =
          folder.equals(written)
              || folder.equals(newestDurable)
              || folder.equals(best.orElse(written));
      if (!later && CheckpointFolder.isEndOfEpoch(folder) && kept < keep) {
        kept++;
        keeps = true;
      }
      if (!keeps) {
        disk.deleteFolder(folder);
      }
    }
  }

  /**
   * The newest undamaged checkpoint.
   *
   * @throws LaterFormatException if a newer one is of a later version
   */
  Optional<StoredCheckpoint> newest() throws IOException {
    for (Path folder : newestFirst()) {
      Optional<StoredCheckpoint> checkpoint = read(folder);
      if (checkpoint.isPresent()) {
        return checkpoint;
      }
    }
    return Optional.empty();
  }

  /**
   * The newest undamaged checkpoint, to go on from: it is forced to the disk, and stays until there
   * is a newer one that is.
   */
  Optional<StoredCheckpoint> resume() throws IOException {
    Optional<StoredCheckpoint> newest = newest();
    if (newest.isPresent()) {
      disk.forceFolder(newest.get().folder());
      forceNames();
      newestDurable = newest.get().folder();
    }
    return newest;
  }

  /** The checkpoint at the end of an epoch; empty if it is missing or damaged. */
  Optional<StoredCheckpoint> atEndOf(int epoch) throws LaterFormatException {
    return read(atEnd(epoch));
  }

  private Path atEnd(int epoch) {
    return directory.resolve(CheckpointFolder.endOfEpoch(epoch));
  }

  private static Optional<StoredCheckpoint> read(Path folder) throws LaterFormatException {
    try {
      return Optional.of(CheckpointFolder.read(folder));
    } catch (LaterFormatException e) {
      throw e;
    } catch (IOException e) {
      LOG.warn("checkpoint unreadable, ignored path={} error=\"{}\"", folder, e.getMessage());
      return Optional.empty();
    }
  }

  private List<Path> newestFirst() throws IOException {
    return list(CheckpointFolder.PREFIX).stream().sorted(NEWEST_FIRST).toList();
  }

  private List<Path> list(String prefix) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(path -> path.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  private void tryDelete(Path folder) {
    try {
      disk.deleteFolder(folder);
    } catch (IOException e) {
      LOG.warn("half-written checkpoint not deleted path={} error=\"{}\"", folder, e.getMessage());
    }
  }

  /** The messages of some file system exceptions are bare paths. */
  private static String reason(IOException e) {
    if (e instanceof FileSystemException file) {
      return file.getReason() == null
          ? "%s: %s".formatted(file.getClass().getSimpleName(), file.getFile())
          : "%s: %s".formatted(file.getFile(), file.getReason());
    }
    return String.valueOf(e.getMessage());
  }
}
