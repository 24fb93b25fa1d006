package dev.connectome.controller.api;

import com.google.protobuf.ByteString;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.store.AttemptRow;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.run.v1.ReadRunLogResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Streams of the logs of local trainers, which may still be growing. */
public final class LogStreams implements AutoCloseable {

  private static final int PIECE_BYTES = 32 * 1024;
  private static final long LOOK_MILLIS = 300;

  private final Store store;
  private final RunFiles files;
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(1);

  /**
   * Makes the streams.
   *
   * @param store tells which attempts have ended
   * @param files tells where the logs are
   */
  public LogStreams(Store store, RunFiles files) {
    this.store = store;
    this.files = files;
  }

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
        observer.onError(Calls.rejection(new IllegalStateException(e)));
      } catch (RuntimeException e) {
        observer.onError(Calls.rejection(e));
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
          observer.onNext(
              ReadRunLogResponse.newBuilder()
                  .setContent(ByteString.copyFrom(piece, 0, read))
                  .build());
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
  }
}
