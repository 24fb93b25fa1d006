package dev.connectome.controller.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loop of background work: when it last made a pass, and when one last succeeded. A pass that
 * throws an exception is repeated by the loop; an {@link Error} ends the process.
 */
public final class Loop {

  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
  private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

  private final String name;
  private final Duration maxAge;
  private final InstantSource clock;
  private final BiConsumer<String, Error> onError;
  private final AtomicLong successes = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private volatile Instant lastPass;
  private volatile Instant lastSuccess;
  private Instant lastLogged = Instant.MIN;
  private boolean failing;

  Loop(String name, Duration maxAge, InstantSource clock, BiConsumer<String, Error> onError) {
    this.name = name;
    this.maxAge = maxAge;
    this.clock = clock;
    this.onError = onError;
    this.lastPass = clock.instant();
    this.lastSuccess = lastPass;
  }

  public String name() {
    return name;
  }

  /** Makes a pass. Returns whether it succeeded. */
  public boolean pass(Runnable work) {
    try {
      watch(work);
      succeeded();
      return true;
    } catch (RuntimeException e) {
      failed(e);
      return false;
    }
  }

  /** Runs a part of a pass, or the body of a thread: an {@link Error} in it is never silent. */
  public void watch(Runnable work) {
    try {
      work.run();
    } catch (Error e) {
      LOG.error("loop {} ended by an error", name, e);
      onError.accept(name, e);
      throw e;
    }
  }

  /** Notes a pass that succeeded. */
  public synchronized void succeeded() {
    lastPass = clock.instant();
    lastSuccess = lastPass;
    successes.incrementAndGet();
    if (failing) {
      failing = false;
      LOG.info("loop {} recovered", name);
    }
  }

  /** Notes a pass that failed; logs the first of a series with its stack, then one a minute. */
  public synchronized void failed(RuntimeException e) {
    lastPass = clock.instant();
    failures.incrementAndGet();
    if (!failing) {
      failing = true;
      lastLogged = lastPass;
      LOG.warn("loop {} failed, will be retried", name, e);
    } else if (!lastPass.isBefore(lastLogged.plus(LOG_INTERVAL))) {
      lastLogged = lastPass;
      LOG.warn("loop {} still fails error=\"{}\"", name, e.toString());
    }
  }

  /** Since the last pass that succeeded, or since the start. */
  public Duration age() {
    return Duration.between(lastSuccess, clock.instant());
  }

  /** Whether it has made a pass lately, even one that failed. */
  public boolean isAlive() {
    return Duration.between(lastPass, clock.instant()).compareTo(maxAge) <= 0;
  }

  /** Whether a pass has succeeded lately. */
  public boolean isWorking() {
    return age().compareTo(maxAge) <= 0;
  }

  public long successes() {
    return successes.get();
  }

  public long failures() {
    return failures.get();
  }
}
