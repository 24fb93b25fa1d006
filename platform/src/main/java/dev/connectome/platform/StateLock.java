package dev.connectome.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Held by the one platform that uses a state directory. The operating system releases it when the
 * process ends.
 */
final class StateLock implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(StateLock.class.getName());

  /** The second line of a guard's note, after its process id. */
  private static final String ENDING = "ending";

  private static final long RETRY_MILLIS = 100;

  /** What a guard may need that could not make its note, because the disk is full for instance. */
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final FileChannel channel;

  private StateLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Acquires the lock; creates the directory if it does not exist. Waits while a guard ends the
   * processes of an earlier platform.
   *
   * @throws PlatformException if another platform holds it
   */
  static StateLock acquire(StateDirectory state, Consumer<String> progress)
      throws InterruptedException {
    return acquire(state, progress, PATIENCE);
  }

  /**
   * Acquires the lock.
   *
   * @param patience how long to wait while the lock is held and its note names nobody who is alive
   */
  static StateLock acquire(StateDirectory state, Consumer<String> progress, Duration patience)
      throws InterruptedException {
    try {
      OwnerOnly.create(state.root());
      Instant giveUp = Instant.now().plus(patience);
      boolean told = false;
      while (true) {
        Optional<StateLock> lock = tryAcquire(state);
        if (lock.isPresent()) {
          return noted(lock.get());
        }
        List<String> note = Files.readAllLines(state.lock());
        boolean ending = note.size() > 1 && note.get(1).equals(ENDING);
        String owner = note.isEmpty() ? "" : note.get(0).strip();
        if (!ending && (isAlive(owner) || !Instant.now().isBefore(giveUp))) {
          throw PlatformException.badInput(
              "a platform is already running on "
                  + state.root()
                  + " (process "
                  + (owner.isEmpty() ? "unknown" : owner)
                  + "): stop it, or choose another state directory");
        }
        if (!told) {
          progress.accept("waiting for the processes of an earlier platform to end ...");
          told = true;
        }
        Thread.sleep(RETRY_MILLIS);
      }
    } catch (IOException e) {
      throw PlatformException.failed(
          "the state directory " + state.root() + " cannot be used: " + IoMessages.of(e), e);
    }
  }

  private static StateLock noted(StateLock lock) throws IOException {
    try {
      lock.note("");
      return lock;
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  private static boolean isAlive(String owner) {
    try {
      return ProcessHandle.of(Long.parseLong(owner)).filter(ProcessHandle::isAlive).isPresent();
    } catch (NumberFormatException notYetWritten) {
      return false;
    }
  }

  /** Acquires the lock to end an earlier platform's processes; empty if another has it. */
  static Optional<StateLock> acquireToEnd(StateDirectory state) throws IOException {
    Optional<StateLock> lock = tryAcquire(state);
    if (lock.isPresent()) {
      try {
        lock.get().note(ENDING + "\n");
      } catch (IOException e) {
        LOG.log(Level.WARNING, "the lock says nothing of its owner", e);
      }
    }
    return lock;
  }

  private static Optional<StateLock> tryAcquire(StateDirectory state) throws IOException {
    FileChannel channel =
        FileChannel.open(
            state.lock(),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    if (tryLock(channel) == null) {
      channel.close();
      return Optional.empty();
    }
    return Optional.of(new StateLock(channel));
  }

  /** Overwrites before it shortens: that needs no space on a full disk. */
  private void note(String purpose) throws IOException {
    byte[] owner =
        (ProcessHandle.current().pid() + "\n" + purpose).getBytes(StandardCharsets.US_ASCII);
    channel.write(ByteBuffer.wrap(owner), 0);
    channel.truncate(owner.length);
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
