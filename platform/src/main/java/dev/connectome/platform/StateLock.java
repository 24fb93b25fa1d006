package dev.connectome.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Held by the one platform that uses a state directory. The operating system releases it when the
 * process ends.
 */
final class StateLock implements AutoCloseable {
  private final FileChannel channel;

  private StateLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Acquires the lock; creates the directory if it does not exist.
   *
   * @throws PlatformException if another platform holds it
   */
  static StateLock acquire(StateDirectory state) {
    try {
      OwnerOnly.create(state.root());
      FileChannel channel =
          FileChannel.open(
              state.lock(),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        String owner = Files.readString(state.lock()).strip();
        channel.close();
        throw PlatformException.badInput(
            "a platform is already running on "
                + state.root()
                + " (process "
                + owner
                + "): stop it, or choose another state directory");
      }
      byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid), 0);
      return new StateLock(channel);
    } catch (IOException e) {
      throw PlatformException.failed(
          "the state directory " + state.root() + " cannot be used: " + IoMessages.of(e), e);
    }
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
