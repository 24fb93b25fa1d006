package dev.connectome.trainer.publish;

import dev.connectome.trainer.probe.ActivationSnapshot;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshots that wait to be published. Beyond its limits it drops the oldest. Thread-safe. */
final class SnapshotQueue {

  private static final Logger LOG = LoggerFactory.getLogger(SnapshotQueue.class);

  private final SnapshotPublisher.Buffer limits;
  private final Deque<ActivationSnapshot> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean sending;
  private boolean ended;
  private int finalEpoch;
  private long dropped;

  SnapshotQueue(SnapshotPublisher.Buffer limits) {
    this.limits = limits;
  }

  /** Adds a snapshot. The newest is kept whatever its size. */
  synchronized void add(ActivationSnapshot snapshot) {
    while (!waiting.isEmpty() && isFullFor(snapshot)) {
      ActivationSnapshot oldest = waiting.removeFirst();
      waitingBytes -= bytes(oldest);
      drop(oldest);
    }
    waiting.addLast(snapshot);
    waitingBytes += bytes(snapshot);
    notifyAll();
  }

  private boolean isFullFor(ActivationSnapshot snapshot) {
    return waiting.size() == limits.snapshots() || waitingBytes + bytes(snapshot) > limits.bytes();
  }

  private static long bytes(ActivationSnapshot snapshot) {
    return (long) snapshot.samples() * snapshot.neurons() * Float.BYTES;
  }

  private void drop(ActivationSnapshot snapshot) {
    dropped++;
    LOG.warn("snapshot dropped epoch={} dropped={}", snapshot.epoch(), dropped);
  }

  /** No snapshot is added after the end. */
  synchronized void end(int lastEpoch) {
    finalEpoch = lastEpoch;
    ended = true;
    notifyAll();
  }

  synchronized int finalEpoch() {
    return finalEpoch;
  }

  /**
   * Waits for the oldest snapshot and removes it. The caller then sends it and calls {@link #sent}.
   *
   * @return the snapshot; null at the end
   */
  synchronized @Nullable ActivationSnapshot take() throws InterruptedException {
    while (waiting.isEmpty() && !ended) {
      wait();
    }
    sending = !waiting.isEmpty();
    ActivationSnapshot next = waiting.pollFirst();
    waitingBytes -= next == null ? 0 : bytes(next);
    return next;
  }

  /**
   * Whether newer snapshots fill the queue, so that the one being sent, older than all of them, has
   * to be dropped if it cannot be sent.
   */
  synchronized boolean isFull() {
    return !waiting.isEmpty() && isFullFor(waiting.getLast());
  }

  /** The snapshot that was taken is published, or has to be dropped. */
  synchronized void sent(ActivationSnapshot snapshot, boolean published) {
    sending = false;
    if (!published) {
      drop(snapshot);
    }
  }

  /** Including the one being sent. */
  synchronized int unpublished() {
    return waiting.size() + (sending ? 1 : 0);
  }

  synchronized long dropped() {
    return dropped;
  }
}
