package dev.connectome.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Held by the one platform that uses a state directory. The operating system releases it when the
 * process ends.
 */
final class StateLock implements AutoCloseable {
  /** What a guard adds to its process id. */
  private static final String ENDING = "ending\n";

  private static final long RETRY_MILLIS = 100;

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
    try {
      OwnerOnly.create(state.root());
      boolean told = false;
      while (true) {
        Optional<StateLock> lock = tryAcquire(state, "");
        if (lock.isPresent()) {
          return lock.get();
        }
        String owner = Files.readString(state.lock());
        if (!owner.endsWith(ENDING)) {
          throw PlatformException.badInput(
              "a platform is already running on "
                  + state.root()
                  + " (process "
                  + owner.strip()
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

  /** Acquires the lock to end an earlier platform's processes; empty if another has it. */
  static Optional<StateLock> acquireToEnd(StateDirectory state) throws IOException {
    return tryAcquire(state, ENDING);
  }

  private static Optional<StateLock> tryAcquire(StateDirectory state, String purpose)
      throws IOException {
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
    byte[] owner =
        (ProcessHandle.current().pid() + "\n" + purpose).getBytes(StandardCharsets.US_ASCII);
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(owner), 0);
    return Optional.of(new StateLock(channel));
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
