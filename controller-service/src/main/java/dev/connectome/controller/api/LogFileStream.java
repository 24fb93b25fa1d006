package dev.connectome.controller.api;

import com.google.protobuf.ByteString;
import dev.connectome.protos.run.v1.ReadRunLogResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Streams a file as fast as its reader takes it, and goes on while the file grows. Takes a thread
 * only while there is something to send.
 */
final class LogFileStream {

  private static final int CHUNK_BYTES = 32 * 1024;
  private static final long POLL_MILLIS = 300;

  /** How often it is asked whether the file may still grow. */
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Path file;
  private final BooleanSupplier growing;
  private final ServerCallStreamObserver<ReadRunLogResponse> reader;
  private final ScheduledExecutorService threads;
  private final AtomicBoolean woken = new AtomicBoolean();
  private long offset;
  private boolean maybeGrowing = true;
  private long checked = System.nanoTime() - CHECK_NANOS;
  private boolean ended;

  /** {@code growing} tells whether what is not in the file yet may still come. */
  LogFileStream(
      Path file,
      BooleanSupplier growing,
      ServerCallStreamObserver<ReadRunLogResponse> reader,
      ScheduledExecutorService threads) {
    this.file = file;
    this.growing = growing;
    this.reader = reader;
    this.threads = threads;
  }

  /** Must be called before the call's method returns. */
  void start() {
    reader.setOnReadyHandler(this::wake);
    wake();
  }

  private void wake() {
    if (woken.compareAndSet(false, true)) {
      later(0);
    }
  }

  private void later(long millis) {
    try {
      var unused = threads.schedule(this::work, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException shutDown) {
      woken.set(false);
    }
  }

  private synchronized void work() {
    woken.set(false);
    if (ended || reader.isCancelled()) {
      return;
    }
    try {
      // Asked before the file is read, so that what was written last is not missed.
      check();
      if (!sendAll()) {
        return;
      }
      if (maybeGrowing) {
        if (woken.compareAndSet(false, true)) {
          later(POLL_MILLIS);
        }
      } else {
        ended = true;
        reader.onCompleted();
      }
    } catch (IOException e) {
      fail(new IllegalStateException(e));
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private void check() {
    if (maybeGrowing && System.nanoTime() - checked >= CHECK_NANOS) {
      maybeGrowing = growing.getAsBoolean();
      checked = System.nanoTime();
    }
  }

  /** Returns whether the end of the file was reached; otherwise the reader takes no more yet. */
  private boolean sendAll() throws IOException {
    if (!Files.isRegularFile(file)) {
      return true;
    }
    var chunk = new byte[CHUNK_BYTES];
    try (var log = new RandomAccessFile(file.toFile(), "r")) {
      log.seek(offset);
      while (reader.isReady()) {
        int read = log.read(chunk);
        if (read <= 0) {
          return true;
        }
        reader.onNext(message(chunk, read));
        offset += read;
      }
      return false;
    }
  }

  private void fail(RuntimeException e) {
    ended = true;
    reader.onError(ApiErrors.of(e));
  }

  static ReadRunLogResponse message(byte[] chunk, int length) {
    return ReadRunLogResponse.newBuilder()
        .setContent(ByteString.copyFrom(chunk, 0, length))
        .build();
  }
}
