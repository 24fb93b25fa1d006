package dev.connectome.trainer.control;

import com.google.protobuf.util.Durations;
import dev.connectome.protos.trainer.v1.TrainingPhase;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tracks how far a training is and where its time goes. The training thread updates it; heartbeats,
 * status requests and metrics read it. Thread-safe.
 */
public class ProgressTracker {

  private TrainingPhase phase = TrainingPhase.TRAINING_PHASE_PREPARING;
  private int totalEpochs;
  private int completedEpochs;
  private Map<String, Double> metrics = Map.of();
  private long trainingNanos;
  private long probeNanos;
  private long checkpointNanos;
  private long samples;
  private LongSupplier droppedSnapshots = () -> 0;
  private LongSupplier publicationNanos = () -> 0;

  /**
   * Makes the tracker of a training that is being prepared.
   *
   * @param totalEpochs the epochs to train; 0 if not known yet
   */
  public ProgressTracker(int totalEpochs) {
    this.totalEpochs = totalEpochs;
  }

  /**
   * Sets the phase.
   *
   * @param phase the phase that begins
   */
  public synchronized void enter(TrainingPhase phase) {
    this.phase = phase;
  }

  /**
   * Changes the number of epochs to train. A training that has completed more epochs than that ends
   * after its current epoch.
   *
   * @param epochs the new number
   * @return whether the number was different before
   */
  public synchronized boolean setTotalEpochs(int epochs) {
    boolean changed = totalEpochs != epochs;
    totalEpochs = epochs;
    return changed;
  }

  /**
   * Returns the number of epochs to train.
   *
   * @return the number; 0 if not known yet
   */
  public synchronized int totalEpochs() {
    return totalEpochs;
  }

  /**
   * Sets the number of completed epochs, after a resume.
   *
   * @param epochs the number of epochs trained to their end
   */
  public synchronized void setCompletedEpochs(int epochs) {
    completedEpochs = epochs;
  }

  /**
   * Returns the number of completed epochs.
   *
   * @return the number of epochs trained to their end
   */
  public synchronized int completedEpochs() {
    return completedEpochs;
  }

  /**
   * Records the end of an epoch. May be called again for the same epoch with more metrics.
   *
   * @param epoch the epoch, from 1
   * @param measured the metrics of the epoch by name; they replace those of the epoch before
   */
  public synchronized void epochEnded(int epoch, Map<String, Double> measured) {
    completedEpochs = epoch;
    metrics = Map.copyOf(measured);
  }

  /**
   * Adds a training step.
   *
   * @param nanos the time it took, in nanoseconds
   * @param stepSamples the number of samples in its mini-batch
   */
  public synchronized void trained(long nanos, long stepSamples) {
    trainingNanos += nanos;
    samples += stepSamples;
  }

  /**
   * Adds a pass over the probe set.
   *
   * @param nanos the time it took, in nanoseconds
   */
  public synchronized void probed(long nanos) {
    probeNanos += nanos;
  }

  /**
   * Adds time for which the training waited for a checkpoint.
   *
   * @param nanos the time, in nanoseconds
   */
  public synchronized void waitedForCheckpoint(long nanos) {
    checkpointNanos += nanos;
  }

  /**
   * Sets where the figures on the publication of snapshots come from; they are 0 before.
   *
   * @param dropped returns the number of snapshots that were dropped
   * @param nanos returns the time spent serializing and publishing, in nanoseconds
   */
  public synchronized void setPublication(LongSupplier dropped, LongSupplier nanos) {
    droppedSnapshots = dropped;
    publicationNanos = nanos;
  }

  /**
   * Returns the metrics of the last completed epoch.
   *
   * @return the metrics by name
   */
  public synchronized Map<String, Double> metrics() {
    return metrics;
  }

  /**
   * Returns the progress as it is now.
   *
   * @return the progress; its samples per second are those of the time in training steps
   */
  public synchronized TrainingProgress progress() {
    return TrainingProgress.newBuilder()
        .setPhase(phase)
        .setCompletedEpochs(completedEpochs)
        .setTotalEpochs(totalEpochs)
        .putAllMetrics(metrics)
        .setTrainingTime(Durations.fromNanos(trainingNanos))
        .setProbeTime(Durations.fromNanos(probeNanos))
        .setDroppedSnapshots(droppedSnapshots.getAsLong())
        .setPublicationTime(Durations.fromNanos(publicationNanos.getAsLong()))
        .setCheckpointTime(Durations.fromNanos(checkpointNanos))
        .setSamplesPerSecond(trainingNanos == 0 ? 0 : samples * 1e9 / trainingNanos)
        .build();
  }
}
