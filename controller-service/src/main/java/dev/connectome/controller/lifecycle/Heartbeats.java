package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.HeartbeatTable.Heartbeat;
import dev.connectome.controller.store.HeartbeatTable.RunStatus;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.StopRow;
import dev.connectome.controller.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Stores heartbeats. Those that arrive within a short window are stored by one statement, and each
 * is answered once stored. Trainers hold no thread while they wait.
 */
public final class Heartbeats implements AutoCloseable {

  private static final Duration BATCH_WINDOW = Duration.ofMillis(50);
  private static final int MAX_BATCH_SIZE = 2_000;

  private final Store store;
  private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
  private final Thread thread = new Thread(this::run, "heartbeats");
  private volatile boolean closed;

  /**
   * The reply to a heartbeat.
   *
   * @param stop the stop command to obey, if any
   * @param epochs the run's current budget
   */
  public record Reply(Optional<StopRow> stop, int epochs) {}

  private record Pending(Heartbeat heartbeat, CompletableFuture<Reply> reply) {}

  private record Sender(UUID runUid, int attempt, String instanceId) {}

  private record Stored(Map<UUID, RunStatus> runs, Map<UUID, StopRow> stops) {}

  public Heartbeats(Store store) {
    this.store = store;
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Completes once the heartbeat is stored. Fails with a {@link RunException} if there is no such
   * run, it has ended, or the attempt was superseded or is another trainer's.
   */
  public CompletableFuture<Reply> submit(Heartbeat heartbeat) {
    var pending = new Pending(heartbeat, new CompletableFuture<>());
    queue.add(pending);
    if (closed) {
      rejectPending();
    }
    return pending.reply();
  }

  private void run() {
    try {
      while (!closed) {
        List<Pending> batch = new ArrayList<>();
        batch.add(queue.take());
        TimeUnit.MILLISECONDS.sleep(BATCH_WINDOW.toMillis());
        queue.drainTo(batch, MAX_BATCH_SIZE);
        process(batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closed = true;
      rejectPending();
    }
  }

  private void process(List<Pending> batch) {
    // Only the latest heartbeat of a trainer counts.
    Map<Sender, Heartbeat> latest = new LinkedHashMap<>();
    for (Pending pending : batch) {
      Heartbeat heartbeat = pending.heartbeat();
      latest.merge(
          new Sender(heartbeat.runUid(), heartbeat.attempt(), heartbeat.instanceId()),
          heartbeat,
          (one, next) -> next.completedEpochs() >= one.completedEpochs() ? next : one);
    }
    Stored stored;
    try {
      stored = store(List.copyOf(latest.values()));
    } catch (RuntimeException e) {
      batch.forEach(pending -> pending.reply().completeExceptionally(e));
      return;
    }
    for (Pending pending : batch) {
      try {
        pending.reply().complete(reply(pending.heartbeat(), stored));
      } catch (RuntimeException e) {
        pending.reply().completeExceptionally(e);
      }
    }
  }

  private Stored store(List<Heartbeat> heartbeats) {
    List<UUID> uids = heartbeats.stream().map(Heartbeat::runUid).distinct().toList();
    return store.inTransaction(
        transaction -> {
          transaction.heartbeats().record(heartbeats);
          List<RunStatus> runs = transaction.heartbeats().statuses(uids);
          runs.forEach(run -> transaction.markChanged(run.runUid()));
          List<UUID> stopping =
              runs.stream()
                  .filter(run -> run.effectiveState() == RunState.STOPPING)
                  .map(RunStatus::runUid)
                  .toList();
          return new Stored(
              runs.stream().collect(Collectors.toMap(RunStatus::runUid, Function.identity())),
              stopping.isEmpty() ? Map.of() : transaction.stops().unfinished(stopping));
        });
  }

  private Reply reply(Heartbeat heartbeat, Stored stored) {
    RunStatus run = stored.runs().get(heartbeat.runUid());
    if (run == null) {
      throw Runs.notFound(heartbeat.runUid().toString());
    }
    if (run.attempt() != heartbeat.attempt() || !run.state().mayHaveTrainer()) {
      throw RunException.superseded(run.runId(), run.state(), run.attempt(), heartbeat.attempt());
    }
    if (!run.instanceId().equals(Optional.of(heartbeat.instanceId()))) {
      throw RunException.otherInstance(run.runId(), heartbeat.attempt());
    }
    if (run.state() == RunState.LOST) {
      restoreLost(heartbeat);
    }
    return new Reply(
        Optional.ofNullable(stored.stops().get(heartbeat.runUid())),
        RunDefinition.of(run.definition()).spec().getEpochs());
  }

  private void restoreLost(Heartbeat heartbeat) {
    store.inTransaction(
        transaction -> {
          Optional<RunRow> lost =
              transaction
                  .runs()
                  .lock(heartbeat.runUid())
                  .filter(
                      run -> run.state() == RunState.LOST && run.attempt() == heartbeat.attempt());
          return lost.map(
              run -> transaction.move(run, run.effectiveState(), "trainer", "heartbeat received"));
        });
  }

  private void rejectPending() {
    List<Pending> rejected = new ArrayList<>();
    queue.drainTo(rejected);
    rejected.forEach(
        pending ->
            pending
                .reply()
                .completeExceptionally(
                    new RunException(
                        RunException.Kind.SHUTTING_DOWN, "the controller is shutting down")));
  }

  /** Rejects heartbeats that are not yet stored; their trainers retry. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
