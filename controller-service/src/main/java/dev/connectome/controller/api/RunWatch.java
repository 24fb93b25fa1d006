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

/** One stream of a run's items in order of positions, with the run whenever it has changed. */
final class RunWatch {

  private static final int BATCH = 200;

  /** The shortest time between two reads, so that quick changes are sent together. */
  private static final long MIN_INTERVAL_MILLIS = 100;

  private final Store store;
  private final UUID runUid;
  private final ServerCallStreamObserver<WatchTrainingRunResponse> observer;
  private final Consumer<RunWatch> onFinish;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private long position;
  private @Nullable TrainingRun sent;
  private boolean finished;

  RunWatch(
      Store store,
      UUID runUid,
      long afterPosition,
      ServerCallStreamObserver<WatchTrainingRunResponse> observer,
      Consumer<RunWatch> onFinish) {
    this.store = store;
    this.runUid = runUid;
    this.position = afterPosition;
    this.observer = observer;
    this.onFinish = onFinish;
  }

  UUID runUid() {
    return runUid;
  }

  /** Schedules a read of new items, unless one is scheduled already. */
  void advance(ScheduledExecutorService executor) {
    if (scheduled.compareAndSet(false, true)) {
      try {
        executor.schedule(() -> step(executor), MIN_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        scheduled.set(false);
      }
    }
  }

  private record Update(
      Optional<TrainingRun> run, List<WatchTrainingRunResponse> items, boolean ended) {}

  private synchronized void step(ScheduledExecutorService executor) {
    scheduled.set(false);
    if (finished) {
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
      Update update = store.query(this::read);
      deliver(update);
      if (update.items().size() == BATCH && !finished) {
        advance(executor);
      }
    } catch (RuntimeException e) {
      finish();
      observer.onError(ApiErrors.of(e));
    }
  }

  /**
   * Reads items up to the run's position, which is read first. Later items are left for the next
   * read: the two tables are read one after the other, so the second may already have items that
   * belong after some that were missing from the first.
   */
  private Update read(Transaction transaction) {
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
    return new Update(row.map(run -> RunCodec.run(transaction, run)), next, ended);
  }

  private void deliver(Update update) {
    if (sent == null && update.run().isPresent()) {
      send(update.run().get());
    }
    for (WatchTrainingRunResponse item : update.items()) {
      position = item.getPosition();
      observer.onNext(item);
    }
    if (update.run().isPresent() && !update.run().get().equals(sent)) {
      send(update.run().get());
    }
    if (update.ended()) {
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
    finished = true;
    onFinish.accept(this);
  }

  /** Ends the stream because the controller is shutting down; the client can resume elsewhere. */
  synchronized void shutDown() {
    if (!finished) {
      finish();
      observer.onError(
          Status.UNAVAILABLE.withDescription("the controller is shutting down").asException());
    }
  }
}
