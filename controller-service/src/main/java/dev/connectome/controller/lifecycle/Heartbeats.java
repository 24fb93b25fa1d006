package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.HeartbeatTable.Beat;
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
 * Takes signs of life. Those that come within a moment are stored together, by one statement; each
 * is answered once it is stored, with what the database says of its run then. No thread waits with
 * the trainers.
 */
public final class Heartbeats implements AutoCloseable {

  /** How long the first heartbeat waits for others. */
  private static final Duration GATHER = Duration.ofMillis(50);

  private static final int MOST_AT_ONCE = 2_000;

  private final Store store;
  private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
  private final Thread thread = new Thread(this::work, "heartbeats");
  private volatile boolean closed;

  /**
   * What a trainer that lives is told.
   *
   * @param stop the stop that it has to obey, if any
   * @param epochs the epochs to train at most, as the run has them now
   */
  public record Orders(Optional<StopRow> stop, int epochs) {}

  private record Waiting(Beat beat, CompletableFuture<Orders> answer) {}

  private record Attempt(UUID runUid, int attempt) {}

  /**
   * What the database says after heartbeats were stored.
   *
   * @param runs how their runs stand
   * @param stops the stops that are being carried out, by run
   */
  private record Answers(Map<UUID, RunStatus> runs, Map<UUID, StopRow> stops) {}

  /**
   * Begins to take them.
   *
   * @param store the database
   */
  public Heartbeats(Store store) {
    this.store = store;
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Notes a sign of life.
   *
   * @param beat the heartbeat
   * @return once it is stored, what the trainer is told; fails with a {@link RunException} if there
   *     is no such run, it has ended, or the attempt is not its newest
   */
  public CompletableFuture<Orders> beat(Beat beat) {
    var waiting = new Waiting(beat, new CompletableFuture<>());
    queue.add(waiting);
    if (closed) {
      refuseWaiting();
    }
    return waiting.answer();
  }

  private void work() {
    try {
      while (!closed) {
        List<Waiting> batch = new ArrayList<>();
        batch.add(queue.take());
        TimeUnit.MILLISECONDS.sleep(GATHER.toMillis());
        queue.drainTo(batch, MOST_AT_ONCE);
        accept(batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closed = true;
      refuseWaiting();
    }
  }

  private void accept(List<Waiting> batch) {
    // Of several heartbeats of an attempt the last one counts.
    Map<Attempt, Beat> latest = new LinkedHashMap<>();
    for (Waiting waiting : batch) {
      latest.put(new Attempt(waiting.beat().runUid(), waiting.beat().attempt()), waiting.beat());
    }
    Answers answers;
    try {
      answers = store(List.copyOf(latest.values()));
    } catch (RuntimeException e) {
      batch.forEach(waiting -> waiting.answer().completeExceptionally(e));
      return;
    }
    for (Waiting waiting : batch) {
      try {
        waiting.answer().complete(answer(waiting.beat(), answers));
      } catch (RuntimeException e) {
        waiting.answer().completeExceptionally(e);
      }
    }
  }

  private Answers store(List<Beat> beats) {
    List<UUID> uids = beats.stream().map(Beat::runUid).distinct().toList();
    return store.inTransaction(
        transaction -> {
          transaction.heartbeats().note(beats);
          List<RunStatus> runs = transaction.heartbeats().statuses(uids);
          runs.forEach(run -> transaction.touched(run.runUid()));
          List<UUID> stopping =
              runs.stream()
                  .filter(run -> run.effectiveState() == RunState.STOPPING)
                  .map(RunStatus::runUid)
                  .toList();
          return new Answers(
              runs.stream().collect(Collectors.toMap(RunStatus::runUid, Function.identity())),
              stopping.isEmpty() ? Map.of() : transaction.stops().open(stopping));
        });
  }

  private Orders answer(Beat beat, Answers answers) {
    RunStatus run = answers.runs().get(beat.runUid());
    if (run == null) {
      throw Runs.notFound(beat.runUid().toString());
    }
    if (run.attempt() != beat.attempt() || !run.state().mayHaveTrainer()) {
      throw RunException.superseded(run.runId(), run.state(), run.attempt(), beat.attempt());
    }
    if (run.state() == RunState.LOST) {
      find(beat);
    }
    return new Orders(
        Optional.ofNullable(answers.stops().get(beat.runUid())),
        RunDefinition.of(run.definition()).spec().getEpochs());
  }

  private void find(Beat beat) {
    store.inTransaction(
        transaction -> {
          Optional<RunRow> lost =
              transaction
                  .runs()
                  .lock(beat.runUid())
                  .filter(run -> run.state() == RunState.LOST && run.attempt() == beat.attempt());
          return lost.map(
              run -> transaction.move(run, run.effectiveState(), "trainer", "found again"));
        });
  }

  private void refuseWaiting() {
    List<Waiting> left = new ArrayList<>();
    queue.drainTo(left);
    left.forEach(
        waiting ->
            waiting
                .answer()
                .completeExceptionally(
                    new RunException(
                        RunException.Kind.SHUTTING_DOWN, "the controller is shutting down")));
  }

  /** Takes no more; what has not been stored is refused, and its trainer comes again. */
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
