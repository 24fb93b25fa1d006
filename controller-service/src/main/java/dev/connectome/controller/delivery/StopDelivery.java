package dev.connectome.controller.delivery;

import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.launch.Launcher;
import dev.connectome.controller.launch.LocalHost;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.StopRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import dev.connectome.protos.trainer.v1.StopDisposition;
import dev.connectome.protos.trainer.v1.StopTrainingRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings stop commands to trainers: pushes each until it is acknowledged, with growing pauses, and
 * ends by force the trainers that are not gone at the deadline. A command is leased for the time of
 * a push, so that several controllers share the work; a lease whose holder died runs out.
 */
public final class StopDelivery implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StopDelivery.class);
  private static final Duration LEASE = Duration.ofSeconds(10);

  /** Longer than a launcher takes to end a trainer. */
  private static final Duration ESCALATE_AGAIN = Duration.ofSeconds(20);

  /** Longer than a controller takes to come back and end its own trainers. */
  private static final Duration ELSEWHERE = Duration.ofSeconds(60);

  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
  private static final int AT_ONCE = 32;

  private final Store store;
  private final Attempts attempts;
  private final Launcher local;
  private final LocalHost host;
  private final ExecutorService pushes = Executors.newFixedThreadPool(AT_ONCE);
  private final Semaphore free = new Semaphore(AT_ONCE);

  /**
   * Makes a delivery.
   *
   * @param store the database
   * @param attempts notes attempts whose trainer nobody can end
   * @param local ends local trainers by force
   * @param host where this controller is
   */
  public StopDelivery(Store store, Attempts attempts, Launcher local, LocalHost host) {
    this.store = store;
    this.attempts = attempts;
    this.local = local;
    this.host = host;
  }

  /** Pushes what is due and escalates what is overdue. Returns without waiting for the pushes. */
  public void work() {
    pushDue();
    escalateOverdue();
  }

  /** Leases no more than can be pushed at once, so that no lease runs out while its push waits. */
  private void pushDue() {
    int room = free.drainPermits();
    List<StopRow> due = List.of();
    try {
      due =
          room == 0
              ? due
              : store.inTransaction(
                  transaction -> transaction.stops().lease(host.name(), LEASE, room));
    } finally {
      free.release(room - due.size());
    }
    for (StopRow stop : due) {
      pushes.execute(
          () -> {
            try {
              push(stop);
            } catch (RuntimeException e) {
              LOG.warn(
                  "stop push not noted, will be repeated runId={} commandId={} error=\"{}\"",
                  stop.runUid(),
                  stop.commandId(),
                  e.toString());
            } finally {
              free.release();
            }
          });
    }
  }

  /**
   * Each in a transaction of its own that locks the run first, as everything that ends runs does.
   */
  private void escalateOverdue() {
    List<StopRow> overdue =
        store.inTransaction(
            transaction -> transaction.stops().overdue(host.controller(), ELSEWHERE, AT_ONCE));
    for (StopRow stop : overdue) {
      try {
        if (store.inTransaction(transaction -> take(transaction, stop))) {
          escalate(stop);
        }
      } catch (RuntimeException e) {
        LOG.warn(
            "escalation failed, will be tried again runId={} commandId={} error=\"{}\"",
            stop.runUid(),
            stop.commandId(),
            e.toString());
      }
    }
  }

  private static boolean take(Transaction transaction, StopRow stop) {
    Optional<RunRow> run = transaction.runs().lock(stop.runUid());
    boolean taken =
        run.isPresent() && transaction.stops().escalate(stop.commandId(), ESCALATE_AGAIN);
    if (taken && !stop.phase().equals(StopRow.ESCALATED)) {
      transaction.event(
          run.get(),
          run.get().state(),
          "STOP_ESCALATED",
          "controller",
          "the trainer has not stopped in time and is ended by force");
    }
    return taken;
  }

  private void push(StopRow stop) {
    Optional<String> endpoint =
        store.inTransaction(
            transaction ->
                transaction
                    .attempts()
                    .find(stop.runUid(), stop.attempt())
                    .flatMap(attempt -> attempt.endpoint()));
    if (endpoint.isEmpty()) {
      failed(stop, "the trainer has not told where it listens");
      return;
    }
    StopDisposition disposition;
    try {
      disposition =
          TrainerCalls.stop(
              endpoint.get(),
              StopTrainingRequest.newBuilder()
                  .setRunUid(stop.runUid().toString())
                  .setAttempt(stop.attempt())
                  .setCommand(RunCodec.command(stop))
                  .build());
    } catch (StatusRuntimeException e) {
      failed(stop, e.getStatus().getCode() + " from " + endpoint.get());
      return;
    } catch (IllegalArgumentException e) {
      failed(stop, "\"%s\" is no host:port".formatted(endpoint.get()));
      return;
    }
    acknowledged(stop, disposition);
  }

  private void acknowledged(StopRow stop, StopDisposition disposition) {
    store.inTransaction(
        transaction -> {
          Optional<RunRow> run = transaction.runs().lock(stop.runUid());
          if (run.isPresent() && transaction.stops().acknowledge(stop.commandId(), stop.mode())) {
            transaction.event(
                run.get(),
                run.get().state(),
                "STOP_ACKNOWLEDGED",
                "trainer",
                "%s after %d push%s"
                    .formatted(
                        disposition.name().replace("STOP_DISPOSITION_", ""),
                        stop.pushAttempts(),
                        stop.pushAttempts() == 1 ? "" : "es"));
          }
          return stop;
        });
    LOG.info(
        "stop acknowledged runId={} attempt={} commandId={} disposition={}",
        stop.runUid(),
        stop.attempt(),
        stop.commandId(),
        disposition);
  }

  private void failed(StopRow stop, String error) {
    store.inTransaction(
        transaction -> {
          transaction
              .stops()
              .pushFailed(
                  stop, error, BACKOFF.after(stop.pushAttempts(), ThreadLocalRandom.current()));
          return stop;
        });
    LOG.warn(
        "stop not delivered, will be tried again runId={} commandId={} pushes={} error=\"{}\"",
        stop.runUid(),
        stop.commandId(),
        stop.pushAttempts(),
        error);
  }

  private void escalate(StopRow stop) {
    LOG.warn(
        "stop overdue, ending the trainer by force runId={} attempt={} commandId={}",
        stop.runUid(),
        stop.attempt(),
        stop.commandId());
    if (!local.end(stop.runUid(), stop.attempt())) {
      attempts.end(
          stop.runUid(),
          stop.attempt(),
          new AttemptEnd.Gone("the trainer did not confirm the stop and cannot be ended from here"),
          Optional.empty(),
          "controller");
    }
  }

  /** Lets go; pushes under way are cut off and done again by whoever comes next. */
  @Override
  public void close() {
    pushes.shutdownNow();
  }
}
