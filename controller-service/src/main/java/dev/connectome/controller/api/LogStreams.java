package dev.connectome.controller.api;

import com.google.protobuf.ByteString;
import dev.connectome.controller.launch.Launcher;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.store.AttemptRow;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.run.v1.ReadRunLogResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams of the logs of trainers, which may still be growing: files of this machine, or what
 * another launcher opens.
 */
public final class LogStreams implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LogStreams.class);
  private static final int PIECE_BYTES = 32 * 1024;
  private static final long LOOK_MILLIS = 300;
  private static final long READY_MILLIS = 20;

  private final Store store;
  private final RunFiles files;
  private final Launcher launcher;
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);
  private final ExecutorService readers = Executors.newCachedThreadPool();

  /**
   * Makes the streams.
   *
   * @param store tells which attempts have ended
   * @param files tells where the logs of local trainers are
   * @param launcher opens the others
   */
  public LogStreams(Store store, RunFiles files, Launcher launcher) {
    this.store = store;
    this.files = files;
    this.launcher = launcher;
  }

  /** Streams what the launcher opens; a log that it does not have is an error. */
  void streamOpened(
      String runId,
      UUID runUid,
      int attempt,
      boolean follow,
      ServerCallStreamObserver<ReadRunLogResponse> observer) {
    InputStream log =
        launcher
            .log(runUid, attempt, follow)
            .orElseThrow(
                () ->
                    new RunException(
                        RunException.Kind.NO_LOG,
                        "there is no log of attempt %d of run \"%s\": its pod does not exist yet, or is gone with its Job"
                            .formatted(attempt, runId)));
    observer.setOnCancelHandler(() -> closeQuietly(log));
    readers.execute(() -> copy(log, observer));
  }

  private static void copy(InputStream log, ServerCallStreamObserver<ReadRunLogResponse> observer) {
    var piece = new byte[PIECE_BYTES];
    try (log) {
      for (int read = log.read(piece);
          read >= 0 && !observer.isCancelled();
          read = log.read(piece)) {
        while (!observer.isReady() && !observer.isCancelled()) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(READY_MILLIS));
        }
        observer.onNext(message(piece, read));
      }
      observer.onCompleted();
    } catch (IOException e) {
      if (!observer.isCancelled()) {
        observer.onError(ApiErrors.of(new IllegalStateException(e)));
      }
    } catch (RuntimeException e) {
      observer.onError(ApiErrors.of(e));
    }
  }

  private static void closeQuietly(InputStream log) {
    try {
      log.close();
    } catch (IOException e) {
      LOG.debug("log not closed error=\"{}\"", e.toString());
    }
  }

  private static ReadRunLogResponse message(byte[] piece, int length) {
    return ReadRunLogResponse.newBuilder()
        .setContent(ByteString.copyFrom(piece, 0, length))
        .build();
  }

  /** Streams the log file of a trainer of this machine. */
  void stream(
      UUID runUid,
      int attempt,
      boolean follow,
      ServerCallStreamObserver<ReadRunLogResponse> observer) {
    executor.execute(new LogStream(runUid, attempt, follow, observer));
  }

  private final class LogStream implements Runnable {
    private final UUID runUid;
    private final int attempt;
    private final boolean follow;
    private final ServerCallStreamObserver<ReadRunLogResponse> observer;
    private long offset;

    LogStream(
        UUID runUid,
        int attempt,
        boolean follow,
        ServerCallStreamObserver<ReadRunLogResponse> observer) {
      this.runUid = runUid;
      this.attempt = attempt;
      this.follow = follow;
      this.observer = observer;
    }

    @Override
    public void run() {
      if (observer.isCancelled()) {
        return;
      }
      try {
        boolean growing = follow && attempt > 0 && isOpen();
        Path log = files.log(runUid, attempt);
        if (Files.isRegularFile(log)) {
          send(log);
        }
        if (growing || (offset < sizeOf(log))) {
          executor.schedule(this, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } else {
          observer.onCompleted();
        }
      } catch (IOException e) {
        observer.onError(ApiErrors.of(new IllegalStateException(e)));
      } catch (RuntimeException e) {
        observer.onError(ApiErrors.of(e));
      }
    }

    private long sizeOf(Path log) throws IOException {
      return Files.isRegularFile(log) ? Files.size(log) : 0;
    }

    private void send(Path log) throws IOException {
      try (var file = new RandomAccessFile(log.toFile(), "r")) {
        file.seek(offset);
        var piece = new byte[PIECE_BYTES];
        for (int read = file.read(piece); read > 0 && observer.isReady(); read = file.read(piece)) {
          observer.onNext(message(piece, read));
          offset += read;
        }
      }
    }

    private boolean isOpen() {
      return store
          .inTransaction(transaction -> transaction.attempts().find(runUid, attempt))
          .filter(row -> !isEnded(row))
          .isPresent();
    }

    private boolean isEnded(AttemptRow row) {
      return row.ended();
    }
  }

  /** Ends all streams. */
  @Override
  public void close() {
    executor.shutdownNow();
    readers.shutdownNow();
  }
}
