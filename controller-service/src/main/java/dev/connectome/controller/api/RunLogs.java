package dev.connectome.controller.api;

import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.launch.LocalHost;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.run.v1.ReadRunLogResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams the logs of trainers: from files on this machine, or from where the launcher reads. */
public final class RunLogs implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunLogs.class);
  private static final int CHUNK_BYTES = 32 * 1024;
  private static final int FILE_READERS = 4;
  private static final long READY_CHECK_MILLIS = 1_000;

  private final Store store;
  private final RunFiles files;
  private final Launchers launchers;
  private final LocalHost host;
  private final ScheduledExecutorService fileReaders =
      Executors.newScheduledThreadPool(FILE_READERS);
  private final ExecutorService launcherReaders = Executors.newCachedThreadPool();

  public RunLogs(Store store, RunFiles files, Launchers launchers, LocalHost host) {
    this.store = store;
    this.files = files;
    this.launchers = launchers;
    this.host = host;
  }

  /** Streams the log that the launcher opens; throws NO_LOG if it has none. */
  void streamFromLauncher(
      RunRow run,
      int attempt,
      boolean follow,
      ServerCallStreamObserver<ReadRunLogResponse> observer) {
    InputStream log =
        launchers
            .log(run.uid(), attempt, follow)
            .orElseThrow(
                () ->
                    new RunException(
                        RunException.Kind.NO_LOG,
                        "there is no log of attempt %d of run \"%s\": its pod does not exist yet, or is gone with its Job"
                            .formatted(attempt, run.runId())));
    var ready = new Object();
    observer.setOnReadyHandler(() -> wake(ready));
    observer.setOnCancelHandler(
        () -> {
          closeQuietly(log);
          wake(ready);
        });
    launcherReaders.execute(() -> copy(log, observer, ready));
  }

  private static void wake(Object ready) {
    synchronized (ready) {
      ready.notifyAll();
    }
  }

  private static void copy(
      InputStream log, ServerCallStreamObserver<ReadRunLogResponse> observer, Object ready) {
    var chunk = new byte[CHUNK_BYTES];
    try (log) {
      for (int read = log.read(chunk);
          read >= 0 && !observer.isCancelled();
          read = log.read(chunk)) {
        synchronized (ready) {
          while (!observer.isReady() && !observer.isCancelled()) {
            ready.wait(READY_CHECK_MILLIS);
          }
        }
        observer.onNext(LogFileStream.message(chunk, read));
      }
      observer.onCompleted();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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

  /** Streams the log file of a trainer on this machine; throws NO_LOG if it ran on another one. */
  void streamFile(
      RunRow run,
      int attempt,
      boolean follow,
      ServerCallStreamObserver<ReadRunLogResponse> observer) {
    Path log = files.log(run.uid(), attempt);
    if (!Files.isRegularFile(log)) {
      hostOf(run.uid(), attempt)
          .filter(other -> !other.isEmpty() && !other.equals(host.name()))
          .ifPresent(
              other -> {
                throw new RunException(
                    RunException.Kind.NO_LOG,
                    "attempt %d of run \"%s\" ran on the machine %s; its log is there, ask the controller of that machine"
                        .formatted(attempt, run.runId(), other));
              });
    }
    boolean mayGrow = follow && attempt > 0;
    new LogFileStream(log, () -> mayGrow && isLive(run.uid(), attempt), observer, fileReaders)
        .start();
  }

  private Optional<String> hostOf(UUID runUid, int attempt) {
    return store.query(transaction -> transaction.attempts().host(runUid, attempt));
  }

  private boolean isLive(UUID runUid, int attempt) {
    return store
        .query(transaction -> transaction.attempts().find(runUid, attempt))
        .filter(row -> !row.ended())
        .isPresent();
  }

  @Override
  public void close() {
    fileReaders.shutdownNow();
    launcherReaders.shutdownNow();
  }
}
