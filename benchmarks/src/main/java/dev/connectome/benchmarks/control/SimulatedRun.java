package dev.connectome.benchmarks.control;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A simulated run, and what has been seen of its stop. Thread-safe. */
final class SimulatedRun {
  private final String name;
  private final String uid;
  private final PlannedStop plan;
  private final String instanceId = UUID.randomUUID().toString();
  private final AtomicInteger epochs = new AtomicInteger();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
  private volatile int attempt;
  private volatile boolean due;
  private volatile boolean ended;
  private volatile @Nullable Instant readable;

  /** A stop command as it reached the trainer. */
  record Delivery(String commandId, Instant time) {}

  SimulatedRun(String name, String uid, PlannedStop plan) {
    this.name = name;
    this.uid = uid;
    this.plan = plan;
  }

  String name() {
    return name;
  }

  String uid() {
    return uid;
  }

  PlannedStop plan() {
    return plan;
  }

  String instanceId() {
    return instanceId;
  }

  int attempt() {
    return attempt;
  }

  void setAttempt(int number) {
    attempt = number;
  }

  int epochs() {
    return epochs.get();
  }

  int nextEpoch() {
    return epochs.incrementAndGet();
  }

  /** From now on the controller has to stop this run. */
  void setDue() {
    due = true;
  }

  boolean due() {
    return due;
  }

  void setEnded() {
    ended = true;
  }

  boolean ended() {
    return ended;
  }

  /**
   * Records when the signature that lets the policy stop the run could be read; the first call
   * counts.
   */
  void setReadable(Instant time) {
    if (readable == null) {
      readable = time;
    }
  }

  Optional<Instant> readable() {
    return Optional.ofNullable(readable);
  }

  /** Records a delivery; whether it is the first. */
  boolean delivered(String commandId) {
    deliveries.add(new Delivery(commandId, Instant.now()));
    return stopping.compareAndSet(false, true);
  }

  List<Delivery> deliveries() {
    return deliveries;
  }
}
