package dev.connectome.controller.launch;

import static java.util.stream.Collectors.toCollection;

import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the directories of runs that were deleted. Runs that are merely not in the database keep
 * theirs: they may be in another one.
 */
final class DeletedRunFiles {

  private static final Logger LOG = LoggerFactory.getLogger(DeletedRunFiles.class);

  /** Longer than a trainer on another machine takes to notice that its run was deleted. */
  private static final Duration AFTER = Duration.ofHours(1);

  private static final Duration INTERVAL = Duration.ofHours(1);

  /** What is left after it is deleted by the next pass. */
  private static final Duration PASS = Duration.ofSeconds(20);

  private final Store store;
  private final RunFiles files;
  private final InstantSource clock;
  private Instant next = Instant.MIN;

  DeletedRunFiles(Store store, RunFiles files, InstantSource clock) {
    this.store = store;
    this.files = files;
    this.clock = clock;
  }

  /**
   * Deletes, once an hour, those of which no process lives.
   *
   * @param live runs with a process here
   */
  void delete(Set<UUID> live) {
    Instant start = clock.instant();
    if (start.isBefore(next)) {
      return;
    }
    Instant end = start.plus(PASS);
    deleteUntil(end, live);
    next = clock.instant().isBefore(end) ? start.plus(INTERVAL) : start;
  }

  private void deleteUntil(Instant end, Set<UUID> live) {
    Set<UUID> present = present();
    if (present.isEmpty()) {
      return;
    }
    Set<UUID> deleted =
        new HashSet<>(
            store.inTransaction(
                transaction -> transaction.deletedRuns().deletedBefore(present, AFTER)));
    deleted.removeAll(live);
    for (UUID run : deleted) {
      if (!clock.instant().isBefore(end)) {
        return;
      }
      delete(run, end);
    }
  }

  private Set<UUID> present() {
    if (!Files.isDirectory(files.directory())) {
      return Set.of();
    }
    try (Stream<Path> directories = Files.list(files.directory())) {
      return directories
          .map(directory -> directory.getFileName().toString())
          .filter(RunRow::isUid)
          .map(UUID::fromString)
          .collect(toCollection(HashSet::new));
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("files of deleted runs not looked for error=\"{}\"", e.toString());
      return Set.of();
    }
  }

  private void delete(UUID run, Instant end) {
    try {
      if (!files.hasLiveProcess(run)) {
        Files.walkFileTree(files.of(run), new Deletion(() -> clock.instant().isBefore(end)));
        if (!Files.exists(files.of(run))) {
          LOG.info("files of a deleted run deleted runId={}", run);
        }
      }
    } catch (IOException | UncheckedIOException | NumberFormatException e) {
      LOG.warn(
          "files of a deleted run not deleted, will be retried runId={} error=\"{}\"",
          run,
          e.toString());
    }
  }

  /** Follows no links. */
  private static final class Deletion extends SimpleFileVisitor<Path> {
    private final BooleanSupplier hasTime;

    Deletion(BooleanSupplier hasTime) {
      this.hasTime = hasTime;
    }

    private FileVisitResult goOn() {
      return hasTime.getAsBoolean() ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return goOn();
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.delete(directory);
      return goOn();
    }
  }
}
