package dev.connectome.trainer.service.training;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.connectome.protos.trainer.v1.TrainingPhase;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How far a training is and where its time went. Written by the training, read by whoever tells of
 * it.
 */
public class TrainingClock {

  private final int totalEpochs;
  private final LongSupplier droppedSnapshots;
  private TrainingPhase phase = TrainingPhase.TRAINING_PHASE_PREPARING;
  private int completedEpochs;
  private Map<String, Double> metrics = Map.of();
  private long trainingNanos;
  private long probeNanos;

  /**
   * Makes the clock of a training that has not begun.
   *
   * @param totalEpochs epochs to train at most
   * @param droppedSnapshots tells how many snapshots could not be published
   */
  public TrainingClock(int totalEpochs, LongSupplier droppedSnapshots) {
    this.totalEpochs = totalEpochs;
    this.droppedSnapshots = droppedSnapshots;
  }

  /**
   * Notes what the trainer is doing.
   *
   * @param now the phase that begins
   * @param epochs epochs trained to their end
   */
  public synchronized void enter(TrainingPhase now, int epochs) {
    phase = now;
    completedEpochs = epochs;
  }

  synchronized void epochEnded(int epoch, Map<String, Double> measured) {
    completedEpochs = epoch;
    metrics = Map.copyOf(measured);
  }

  synchronized void trained(long nanos) {
    trainingNanos += nanos;
  }

  <T> T probing(Supplier<T> pass) {
    long start = System.nanoTime();
    T result = pass.get();
    synchronized (this) {
      probeNanos += System.nanoTime() - start;
    }
    return result;
  }

  synchronized Map<String, Double> metrics() {
    return metrics;
  }

  /**
   * Time spent in training steps.
   *
   * @return the time so far
   */
  public synchronized Duration trainingTime() {
    return Durations.fromNanos(trainingNanos);
  }

  /**
   * Time spent in passes over the probe set.
   *
   * @return the time so far
   */
  public synchronized Duration probeTime() {
    return Durations.fromNanos(probeNanos);
  }

  /**
   * How far the training is.
   *
   * @return the progress
   */
  public synchronized TrainingProgress progress() {
    return TrainingProgress.newBuilder()
        .setPhase(phase)
        .setCompletedEpochs(completedEpochs)
        .setTotalEpochs(totalEpochs)
        .putAllMetrics(metrics)
        .setTrainingTime(trainingTime())
        .setProbeTime(probeTime())
        .setDroppedSnapshots(droppedSnapshots.getAsLong())
        .build();
  }
}
