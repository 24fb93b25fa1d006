package dev.connectome.controller.api;

import com.google.protobuf.ByteString;
import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.lifecycle.RunException;
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

/** Streams the logs of trainers: from files on this machine, or from where the launcher reads. */
public final class RunLogs implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunLogs.class);
  private static final int CHUNK_BYTES = 32 * 1024;
  private static final long POLL_MILLIS = 300;
  private static final long BACKPRESSURE_POLL_MILLIS = 20;

  private final Store store;
  private final RunFiles files;
  private final Launchers launchers;
  private final ScheduledExecutorService fileReader = Executors.newScheduledThreadPool(1);
  private final ExecutorService launcherReaders = Executors.newCachedThreadPool();

  public RunLogs(Store store, RunFiles files, Launchers launchers) {
    this.store = store;
    this.files = files;
    this.launchers = launchers;
  }

  /** Streams the log that the launcher opens; throws NO_LOG if it has none. */
  void streamFromLauncher(
      String runId,
      UUID runUid,
      int attempt,
      boolean follow,
      ServerCallStreamObserver<ReadRunLogResponse> observer) {
    InputStream log =
        launchers
            .log(runUid, attempt, follow)
            .orElseThrow(
                () ->
                    new RunException(
                        RunException.Kind.NO_LOG,
                        "there is no log of attempt %d of run \"%s\": its pod does not exist yet, or is gone with its Job"
                            .formatted(attempt, runId)));
    observer.setOnCancelHandler(() -> closeQuietly(log));
    launcherReaders.execute(() -> copy(log, observer));
  }

  private static void copy(InputStream log, ServerCallStreamObserver<ReadRunLogResponse> observer) {
    var chunk = new byte[CHUNK_BYTES];
    try (log) {
      for (int read = log.read(chunk);
          read >= 0 && !observer.isCancelled();
          read = log.read(chunk)) {
        while (!observer.isReady() && !observer.isCancelled()) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(BACKPRESSURE_POLL_MILLIS));
        }
        observer.onNext(message(chunk, read));
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

  private static ReadRunLogResponse message(byte[] chunk, int length) {
    return ReadRunLogResponse.newBuilder()
        .setContent(ByteString.copyFrom(chunk, 0, length))
        .build();
  }

  /** Streams the log file of a trainer on this machine. */
  void streamFile(
      UUID runUid,
      int attempt,
      boolean follow,
      ServerCallStreamObserver<ReadRunLogResponse> observer) {
    fileReader.execute(new FileStream(runUid, attempt, follow, observer));
  }

  private final class FileStream implements Runnable {
    private final UUID runUid;
    private final int attempt;
    private final boolean follow;
    private final ServerCallStreamObserver<ReadRunLogResponse> observer;
    private long offset;

    FileStream(
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
        // Asked before the file is read, so that what the attempt wrote last is not missed.
        boolean growing = follow && attempt > 0 && isLive();
        Path log = files.log(runUid, attempt);
        if (Files.isRegularFile(log)) {
          send(log);
        }
        if (growing || (offset < sizeOf(log))) {
          fileReader.schedule(this, POLL_MILLIS, TimeUnit.MILLISECONDS);
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
        var chunk = new byte[CHUNK_BYTES];
        for (int read = file.read(chunk); read > 0 && observer.isReady(); read = file.read(chunk)) {
          observer.onNext(message(chunk, read));
          offset += read;
        }
      }
    }

    private boolean isLive() {
      return store
          .inTransaction(transaction -> transaction.attempts().find(runUid, attempt))
          .filter(row -> !row.ended())
          .isPresent();
    }
  }

  @Override
  public void close() {
    fileReader.shutdownNow();
    launcherReaders.shutdownNow();
  }
}
