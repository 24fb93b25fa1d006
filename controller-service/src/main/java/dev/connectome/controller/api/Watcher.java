package dev.connectome.controller.api;

import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.store.EventRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.SignatureRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream of what happens to a run, in order of positions, with the run itself whenever it has
 * changed.
 */
final class Watcher {

  private static final int BATCH = 200;

  /** The shortest time between two looks, so that quick changes arrive together. */
  private static final long BREATH_MILLIS = 100;

  private final Store store;
  private final UUID runUid;
  private final ServerCallStreamObserver<WatchTrainingRunResponse> observer;
  private final Consumer<Watcher> whenOver;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private long position;
  private @Nullable TrainingRun sent;
  private boolean over;

  Watcher(
      Store store,
      UUID runUid,
      long afterPosition,
      ServerCallStreamObserver<WatchTrainingRunResponse> observer,
      Consumer<Watcher> whenOver) {
    this.store = store;
    this.runUid = runUid;
    this.position = afterPosition;
    this.observer = observer;
    this.whenOver = whenOver;
  }

  UUID runUid() {
    return runUid;
  }

  /** Looks for news soon, once however often it is asked. */
  void advance(ScheduledExecutorService executor) {
    if (scheduled.compareAndSet(false, true)) {
      try {
        executor.schedule(() -> step(executor), BREATH_MILLIS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        scheduled.set(false);
      }
    }
  }

  private record News(
      Optional<TrainingRun> run, List<WatchTrainingRunResponse> items, boolean ended) {}

  private synchronized void step(ScheduledExecutorService executor) {
    scheduled.set(false);
    if (over) {
      return;
    }
    if (observer.isCancelled()) {
      finish();
      return;
    }
    if (!observer.isReady()) {
      return;
    }
    try {
      News news = store.inTransaction(this::news);
      deliver(news);
      if (news.items().size() == BATCH && !over) {
        advance(executor);
      }
    } catch (RuntimeException e) {
      finish();
      observer.onError(ApiErrors.of(e));
    }
  }

  /**
   * What has been stored up to the run's position as it is read first. What others store while this
   * looks is left for the next time: of two tables that are read one after the other, the second
   * may show what comes behind something that the first did not show yet.
   */
  private News news(Transaction transaction) {
    Optional<RunRow> row = transaction.runs().find(runUid);
    long last = row.map(RunRow::position).orElse(position);
    List<WatchTrainingRunResponse> items = new ArrayList<>();
    for (EventRow event : transaction.history().events(runUid, position, BATCH)) {
      items.add(
          WatchTrainingRunResponse.newBuilder()
              .setPosition(event.position())
              .setEvent(RunCodec.event(event))
              .build());
    }
    for (SignatureRow signature : transaction.history().signaturesBehind(runUid, position, BATCH)) {
      items.add(
          WatchTrainingRunResponse.newBuilder()
              .setPosition(signature.position())
              .setSignature(SignatureCodec.record(signature))
              .build());
    }
    items.removeIf(item -> item.getPosition() > last);
    items.sort(Comparator.comparingLong(WatchTrainingRunResponse::getPosition));
    List<WatchTrainingRunResponse> next = items.subList(0, Math.min(BATCH, items.size()));
    boolean ended = row.isEmpty() || (row.get().state().isEnd() && next.size() < BATCH);
    return new News(row.map(run -> RunCodec.run(transaction, run)), next, ended);
  }

  private void deliver(News news) {
    if (sent == null && news.run().isPresent()) {
      send(news.run().get());
    }
    for (WatchTrainingRunResponse item : news.items()) {
      position = item.getPosition();
      observer.onNext(item);
    }
    if (news.run().isPresent() && !news.run().get().equals(sent)) {
      send(news.run().get());
    }
    if (news.ended()) {
      finish();
      observer.onCompleted();
    }
  }

  private void send(TrainingRun run) {
    sent = run;
    observer.onNext(
        WatchTrainingRunResponse.newBuilder().setPosition(position).setTrainingRun(run).build());
  }

  private void finish() {
    over = true;
    whenOver.accept(this);
  }

  /** Ends the stream because the controller ends; the watcher may come again. */
  synchronized void goAway() {
    if (!over) {
      finish();
      observer.onError(
          Status.UNAVAILABLE.withDescription("the controller is shutting down").asException());
    }
  }
}
