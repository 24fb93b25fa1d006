package dev.connectome.controller.api;

import dev.connectome.controller.loop.Loop;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * All streams of runs. A stream reads when this controller changes its run, and once a second for
 * changes by other controllers; no thread blocks on it.
 */
public final class RunWatches implements AutoCloseable {

  private final Store store;
  private final Set<RunWatch> watchers = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);

  public RunWatches(Store store, Loop loop) {
    this.store = store;
    store.onChange(this::changed);
    executor.scheduleWithFixedDelay(
        () -> loop.pass(() -> watchers.forEach(watcher -> watcher.advance(executor))),
        1,
        1,
        TimeUnit.SECONDS);
  }

  void watch(
      UUID runUid,
      long afterPosition,
      ServerCallStreamObserver<WatchTrainingRunResponse> observer) {
    var watcher = new RunWatch(store, runUid, afterPosition, observer, watchers::remove);
    watchers.add(watcher);
    watcher.advance(executor);
  }

  private void changed(UUID runUid) {
    watchers.stream()
        .filter(watcher -> watcher.runUid().equals(runUid))
        .forEach(watcher -> watcher.advance(executor));
  }

  /** Ends all streams; clients resume with another controller. */
  @Override
  public void close() {
    executor.shutdownNow();
    watchers.forEach(RunWatch::shutDown);
  }
}
