package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.loop.Loop;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.run.StopPhase;
import dev.connectome.controller.store.DatabaseFault;
import dev.connectome.controller.store.HeartbeatTable.Heartbeat;
import dev.connectome.controller.store.HeartbeatTable.RunStatus;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.StopRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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

  /** All heartbeats wait as long. */
  private static final Duration LOCK_WAIT = Duration.ofMillis(100);

  private static final Duration IDLE_PASS = Duration.ofSeconds(1);

  private final Store store;
  private final Loop loop;
  private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
  private final Thread thread = new Thread(this::run, "heartbeats");
  private volatile boolean closed;

  /**
   * The reply to a heartbeat.
   *
   * @param stop the stop command to obey, if any
   * @param definition the run as it is asked for now
   * @param evaluatedEpoch the last epoch of the attempt that policies have evaluated; 0 for none
   */
  public record Reply(Optional<StopRow> stop, RunDefinition definition, int evaluatedEpoch) {

    /** The run's current budget. */
    public int epochs() {
      return definition.spec().getEpochs();
    }
  }

  private record Pending(Heartbeat heartbeat, CompletableFuture<Reply> reply) {}

  private record Sender(UUID runUid, int attempt, String instanceId) {}

  private record Stored(
      Map<UUID, RunStatus> runs, Map<UUID, StopRow> stops, Map<UUID, Instant> deleted) {}

  public Heartbeats(Store store, Loop loop) {
    this.store = store;
    this.loop = loop;
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Completes once the heartbeat is stored. The newest attempt of a run gets its stop command,
   * whatever became of the run. Fails with a {@link RunException} if there is no such run, the
   * attempt is not its newest or another trainer's, or it has ended without a stop.
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
      loop.watch(this::processUntilClosed);
    } finally {
      closed = true;
      rejectPending();
    }
  }

  private void processUntilClosed() {
    try {
      while (!closed) {
        List<Pending> batch = new ArrayList<>();
        Pending first = queue.poll(IDLE_PASS.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          TimeUnit.MILLISECONDS.sleep(BATCH_WINDOW.toMillis());
          queue.drainTo(batch, MAX_BATCH_SIZE);
          process(batch);
        } else {
          loop.succeeded();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
      loop.succeeded();
    } catch (RuntimeException e) {
      if (batch.size() > 1 && !DatabaseFault.isRetryable(e)) {
        // One of them cannot be stored; the others can.
        batch.forEach(pending -> process(List.of(pending)));
      } else {
        loop.failed(e);
        batch.forEach(pending -> pending.reply().completeExceptionally(e));
      }
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
          Map<UUID, RunStatus> byUid =
              runs.stream().collect(Collectors.toMap(RunStatus::runUid, Function.identity()));
          Map<UUID, Instant> deleted =
              byUid.size() == uids.size() ? Map.of() : transaction.deletedRuns().deleteTimes(uids);
          return new Stored(byUid, stops(transaction, heartbeats, byUid), deleted);
        });
  }

  /** The stop commands of the newest attempts, which are delivered by the answer. */
  private static Map<UUID, StopRow> stops(
      Transaction transaction, List<Heartbeat> heartbeats, Map<UUID, RunStatus> runs) {
    List<UUID> perhaps =
        runs.values().stream()
            .filter(run -> run.effectiveState() != RunState.RUNNING)
            .map(RunStatus::runUid)
            .toList();
    if (perhaps.isEmpty()) {
      return Map.of();
    }
    Map<UUID, StopRow> latest = transaction.stops().latest(perhaps);
    Map<UUID, StopRow> stops = new HashMap<>();
    for (Heartbeat heartbeat : heartbeats) {
      RunStatus run = runs.get(heartbeat.runUid());
      StopRow stop = latest.get(heartbeat.runUid());
      if (run != null
          && stop != null
          && run.attempt() == heartbeat.attempt()
          && run.instanceId().equals(Optional.of(heartbeat.instanceId()))
          && stop.attempt() == heartbeat.attempt()
          && stop.phase() != StopPhase.MOOT) {
        stops.put(heartbeat.runUid(), stop);
        if (stop.deliverTime().isEmpty() && stop.finishTime().isEmpty()) {
          transaction.stops().deliver(stop);
        }
      }
    }
    return stops;
  }

  private Reply reply(Heartbeat heartbeat, Stored stored) {
    RunStatus run = stored.runs().get(heartbeat.runUid());
    if (run == null) {
      throw RunException.noRun(
          heartbeat.runUid(), Optional.ofNullable(stored.deleted().get(heartbeat.runUid())));
    }
    Optional<StopRow> stop = Optional.ofNullable(stored.stops().get(heartbeat.runUid()));
    if (run.attempt() != heartbeat.attempt() || (stop.isEmpty() && !run.state().mayHaveTrainer())) {
      throw RunException.notTheRuns(run.runId(), run.state(), run.attempt(), heartbeat.attempt());
    }
    if (!run.instanceId().equals(Optional.of(heartbeat.instanceId()))) {
      throw RunException.otherInstance(run.runId(), heartbeat.attempt());
    }
    if (run.state() == RunState.LOST) {
      restoreLost(heartbeat);
    }
    return new Reply(
        stop,
        RunDefinition.of(run.definition()),
        run.evaluatedAttempt() == heartbeat.attempt() ? run.evaluatedEpoch() : 0);
  }

  /** A run that somebody else has locked is left to its next heartbeat. */
  private void restoreLost(Heartbeat heartbeat) {
    try {
      store.waitingForLocksAtMost(LOCK_WAIT, () -> restore(heartbeat));
    } catch (RuntimeException e) {
      if (DatabaseFault.of(e).filter(fault -> fault == DatabaseFault.CONFLICT).isEmpty()) {
        throw e;
      }
    }
  }

  private void restore(Heartbeat heartbeat) {
    store.inTransaction(
        transaction -> {
          Optional<RunRow> lost =
              transaction
                  .runs()
                  .lock(heartbeat.runUid())
                  .filter(
                      run -> run.state() == RunState.LOST && run.attempt() == heartbeat.attempt());
          return lost.map(
              run ->
                  transaction.move(run, run.effectiveState(), Actor.TRAINER, "heartbeat received"));
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
