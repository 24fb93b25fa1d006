package dev.connectome.controller.notification;

import dev.connectome.controller.notification.Endpoint.Answer;
import dev.connectome.controller.run.Backoff;
import dev.connectome.controller.run.Echo;
import dev.connectome.controller.store.DeliveryRow;
import dev.connectome.controller.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is sent to one endpoint, one after the other. A delivery that is refused is repeated later,
 * and only what happened to the same run after it waits; while the endpoint takes nothing, all
 * wait. One thread at a time.
 */
final class Outgoing {

  private static final Logger LOG = LoggerFactory.getLogger(Outgoing.class);

  /** With the longest send, well below the age at which a loop counts as stuck. */
  private static final Duration LONGEST_PASS = Duration.ofSeconds(10);

  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final int LONGEST_ERROR = 500;

  private final Store store;
  private final Endpoint endpoint;
  private final Backoff backoff;
  private final InstantSource clock;
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong givenUp = new AtomicLong();
  private Instant awayUntil = Instant.MIN;
  private int awayTimes;

  Outgoing(Store store, Endpoint endpoint, Backoff backoff, InstantSource clock) {
    this.store = store;
    this.endpoint = endpoint;
    this.backoff = backoff;
    this.clock = clock;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  long delivered() {
    return delivered.get();
  }

  long failures() {
    return failures.get();
  }

  long givenUp() {
    return givenUp.get();
  }

  void gaveUp(int deliveries) {
    givenUp.addAndGet(deliveries);
    LOG.error(
        "notifications given up: the endpoint has not taken them in time endpoint={} count={}",
        endpoint.name(),
        deliveries);
  }

  /** Sends what is due, for a while or until the endpoint takes nothing; the next pass goes on. */
  void sendDue() {
    Instant end = clock.instant().plus(LONGEST_PASS);
    while (!Thread.currentThread().isInterrupted()
        && clock.instant().isBefore(end)
        && !clock.instant().isBefore(awayUntil)) {
      Optional<DeliveryRow> due =
          store.inTransaction(tx -> tx.notifications().lease(endpoint.name(), LEASE));
      if (due.isEmpty()) {
        return;
      }
      try {
        note(due.get(), endpoint.send(due.get()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void note(DeliveryRow delivery, Answer answer) {
    if (answer.result() == Endpoint.Result.TAKEN) {
      store.inTransaction(
          tx -> {
            tx.notifications().delivered(delivery);
            return delivery;
          });
      delivered.incrementAndGet();
      awayTimes = 0;
      return;
    }
    failures.incrementAndGet();
    Duration pause = backoff.delay(delivery.attempts(), ThreadLocalRandom.current());
    if (answer.result() == Endpoint.Result.AWAY) {
      awayTimes++;
      pause = backoff.delay(awayTimes, ThreadLocalRandom.current());
      awayUntil = clock.instant().plus(pause);
    }
    Duration until = pause;
    String error = Echo.cut(answer.message(), LONGEST_ERROR);
    store.inTransaction(
        tx -> {
          tx.notifications().failed(delivery, until, error);
          return delivery;
        });
    LOG.warn(
        "notification not taken, will be sent again endpoint={} event={} attempts={} error=\"{}\"",
        endpoint.name(),
        delivery.eventId(),
        delivery.attempts(),
        error);
  }
}
