package dev.connectome.controller.delivery;

import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.launch.Launcher;
import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.launch.LocalHost;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.run.Actor;
import dev.connectome.controller.run.Backoff;
import dev.connectome.controller.run.EventKind;
import dev.connectome.controller.run.StopPhase;
import dev.connectome.controller.run.Wanted;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.StopRow;
import dev.connectome.controller.store.StopTable;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import dev.connectome.protos.trainer.v1.StopDisposition;
import dev.connectome.protos.trainer.v1.StopTrainingRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers stop commands: pushes each until its trainer acknowledges it, with backoff, and wants
 * trainers gone whose time is over; launchers see to that. A push leases its command, so that
 * several controllers share the work and the lease of one that died runs out.
 */
public final class StopDelivery implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StopDelivery.class);
  private static final Duration PUSH_LEASE = Duration.ofSeconds(10);

  /** Longer than a launcher takes to terminate a trainer. */
  private static final Duration ESCALATION_LEASE = Duration.ofSeconds(20);

  /** Longer than a controller takes to restart and terminate its own trainers. */
  private static final Duration OTHER_CONTROLLER_GRACE = Duration.ofSeconds(60);

  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
  private static final int MAX_CONCURRENT_PUSHES = 32;
  private static final String ESCALATION = "escalation";
  private static final String PUSH = "delivery of its stop";

  private final Store store;
  private final Attempts attempts;
  private final Launchers launchers;
  private final LocalHost host;
  private final Quarantine quarantine;
  private final Duration maxGap;
  private final ExecutorService pushes = Executors.newFixedThreadPool(MAX_CONCURRENT_PUSHES);
  private final Semaphore permits = new Semaphore(MAX_CONCURRENT_PUSHES);

  /**
   * @param maxGap how long nobody may have been up before the clocks of stops begin anew
   */
  public StopDelivery(
      Store store,
      Attempts attempts,
      Launchers launchers,
      LocalHost host,
      Quarantine quarantine,
      Duration maxGap) {
    this.store = store;
    this.attempts = attempts;
    this.launchers = launchers;
    this.host = host;
    this.quarantine = quarantine;
    this.maxGap = maxGap;
  }

  /** Starts the pushes that are due, without waiting for them, and escalates what is overdue. */
  public void tick() {
    release(PUSH, stop -> stop.phase() == StopPhase.PENDING);
    release(ESCALATION, stop -> true);
    pushDue();
    escalateOverdue();
  }

  /** A stop that was obeyed or ended meanwhile needs nothing of what has failed any more. */
  private void release(String work, Predicate<StopRow> needs) {
    Set<UUID> failing = quarantine.failing(work);
    if (!failing.isEmpty()) {
      Map<UUID, StopRow> stops =
          store.inTransaction(transaction -> transaction.stops().latest(failing));
      failing.stream()
          .filter(
              run ->
                  Optional.ofNullable(stops.get(run))
                      .filter(stop -> stop.finishTime().isEmpty())
                      .filter(needs)
                      .isEmpty())
          .forEach(run -> quarantine.release(work, run));
    }
  }

  /** Leases no more than can be pushed at once, so that no lease runs out while its push waits. */
  private void pushDue() {
    int free = permits.drainPermits();
    List<StopRow> due = List.of();
    try {
      due =
          free == 0
              ? due
              : store.inTransaction(
                  transaction -> transaction.stops().lease(host.name(), PUSH_LEASE, free));
    } finally {
      permits.release(free - due.size());
    }
    for (StopRow stop : due) {
      pushes.execute(
          () -> {
            try {
              quarantine.attempt(PUSH, stop.runUid(), () -> push(stop));
            } catch (RuntimeException e) {
              LOG.warn(
                  "push not recorded, will be retried runId={} commandId={} error=\"{}\"",
                  stop.runUid(),
                  stop.commandId(),
                  e.toString());
            } finally {
              permits.release();
            }
          });
    }
  }

  /** Each escalation is a transaction that locks the run first, as all that end runs do. */
  private void escalateOverdue() {
    var asked =
        new StopTable.Overdue(
            host.controller(), OTHER_CONTROLLER_GRACE, maxGap, quarantine.held(ESCALATION));
    List<StopRow> overdue =
        store.inTransaction(
            transaction -> transaction.stops().overdue(asked, MAX_CONCURRENT_PUSHES));
    for (StopRow stop : overdue) {
      quarantine.attempt(
          ESCALATION,
          stop.runUid(),
          () ->
              store
                  .inTransaction(transaction -> claim(transaction, stop))
                  .ifPresent(run -> escalate(run, stop)));
    }
  }

  /** From here on no trainer is wanted: launchers terminate it, here or after a restart. */
  private static Optional<RunRow> claim(Transaction transaction, StopRow stop) {
    Optional<RunRow> claimed =
        transaction
            .runs()
            .lock(stop.runUid())
            .filter(run -> transaction.stops().escalate(stop, ESCALATION_LEASE));
    if (claimed.isPresent() && stop.phase() != StopPhase.ESCALATED) {
      transaction.attempts().setWanted(stop.runUid(), stop.attempt(), Wanted.GONE);
      transaction.event(
          claimed.get(),
          claimed.get().state(),
          EventKind.Own.STOP_ESCALATED,
          Actor.CONTROLLER,
          "the trainer did not stop in time and is terminated");
    }
    return claimed;
  }

  private void push(StopRow stop) {
    Optional<String> endpoint =
        store.inTransaction(
            transaction ->
                transaction
                    .attempts()
                    .find(stop.runUid(), stop.attempt())
                    .flatMap(attempt -> attempt.endpoint())
                    .filter(known -> !known.isEmpty()));
    if (endpoint.isEmpty()) {
      recordFailure(stop, "the trainer has no endpoint");
      return;
    }
    StopDisposition disposition;
    try {
      disposition =
          TrainerControlClient.stop(
              endpoint.get(),
              StopTrainingRequest.newBuilder()
                  .setRunUid(stop.runUid().toString())
                  .setAttempt(stop.attempt())
                  .setCommand(RunCodec.command(stop))
                  .build());
    } catch (StatusRuntimeException e) {
      recordFailure(stop, e.getStatus().getCode() + " from " + endpoint.get());
      return;
    } catch (IllegalArgumentException e) {
      recordFailure(stop, "\"%s\" is not host:port".formatted(endpoint.get()));
      return;
    }
    recordAcknowledgement(stop, disposition);
  }

  private void recordAcknowledgement(StopRow stop, StopDisposition disposition) {
    store.inTransaction(
        transaction -> {
          Optional<RunRow> run = transaction.runs().lock(stop.runUid());
          if (run.isPresent() && transaction.stops().acknowledge(stop.commandId(), stop.mode())) {
            transaction.event(
                run.get(),
                run.get().state(),
                EventKind.Own.STOP_ACKNOWLEDGED,
                Actor.TRAINER,
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

  private void recordFailure(StopRow stop, String error) {
    store.inTransaction(
        transaction -> {
          transaction
              .stops()
              .pushFailed(
                  stop, error, BACKOFF.delay(stop.pushAttempts(), ThreadLocalRandom.current()));
          return stop;
        });
    LOG.warn(
        "push failed, will be retried runId={} commandId={} pushes={} error=\"{}\"",
        stop.runUid(),
        stop.commandId(),
        stop.pushAttempts(),
        error);
  }

  /** What is not known yet is asked again once the lease has run out. */
  private void escalate(RunRow run, StopRow stop) {
    Launcher.Ending ending = launchers.end(run.launcher(), stop.runUid(), stop.attempt());
    LOG.warn(
        "stop overdue runId={} attempt={} commandId={} canBeEnded={}",
        stop.runUid(),
        stop.attempt(),
        stop.commandId(),
        ending);
    if (ending == Launcher.Ending.NO) {
      attempts.giveUp(stop.runUid(), stop.attempt());
    }
  }

  /** Cancels the pushes under way; their leases run out and another controller repeats them. */
  @Override
  public void close() {
    pushes.shutdownNow();
  }
}
