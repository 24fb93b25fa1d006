package dev.connectome.controller.api;

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
 * Streams of what happens to runs. A stream moves on when this controller changes its run, and once
 * a second for what others change; no thread waits for it.
 */
public final class Watchers implements AutoCloseable {

  private final Store store;
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);

  /**
   * Makes the streams.
   *
   * @param store where runs are
   */
  public Watchers(Store store) {
    this.store = store;
    store.onChange(this::changed);
    executor.scheduleWithFixedDelay(
        () -> watchers.forEach(watcher -> watcher.advance(executor)), 1, 1, TimeUnit.SECONDS);
  }

  void watch(
      UUID runUid,
      long afterPosition,
      ServerCallStreamObserver<WatchTrainingRunResponse> observer) {
    var watcher = new Watcher(store, runUid, afterPosition, observer, watchers::remove);
    watchers.add(watcher);
    watcher.advance(executor);
  }

  private void changed(UUID runUid) {
    watchers.stream()
        .filter(watcher -> watcher.runUid().equals(runUid))
        .forEach(watcher -> watcher.advance(executor));
  }

  /** Ends all streams; watchers come back to whoever serves next. */
  @Override
  public void close() {
    executor.shutdownNow();
    watchers.forEach(Watcher::goAway);
  }
}
