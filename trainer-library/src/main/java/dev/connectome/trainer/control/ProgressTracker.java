package dev.connectome.trainer.control;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.connectome.protos.trainer.v1.TrainingPhase;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How far a training is and where its time went. Written by the training, read by whoever tells of
 * it.
 */
public class ProgressTracker {

  private int totalEpochs;
  private final Supplier<Publication> publication;
  private TrainingPhase phase = TrainingPhase.TRAINING_PHASE_PREPARING;
  private int completedEpochs;
  private Map<String, Double> metrics = Map.of();
  private long trainingNanos;
  private long probeNanos;
  private long checkpointNanos;
  private long samples;

  /**
   * What became of the snapshots so far.
   *
   * @param dropped how many could not be published
   * @param nanos time spent in serialising and publishing the others
   */
  public record Publication(long dropped, long nanos) {

    /** Nothing was published and nothing dropped. */
    public static final Publication NONE = new Publication(0, 0);
  }

  /**
   * Makes the clock of a training that has not begun.
   *
   * @param totalEpochs epochs to train at most
   * @param publication tells what became of the snapshots
   */
  public ProgressTracker(int totalEpochs, Supplier<Publication> publication) {
    this.totalEpochs = totalEpochs;
    this.publication = publication;
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

  /**
   * Changes the budget. A training that has more epochs behind it already ends with the one that it
   * is in.
   *
   * @param epochs epochs to train at most from now on
   * @return whether it was another number before
   */
  public synchronized boolean setTotalEpochs(int epochs) {
    boolean changed = totalEpochs != epochs;
    totalEpochs = epochs;
    return changed;
  }

  public synchronized int totalEpochs() {
    return totalEpochs;
  }

  public synchronized void epochEnded(int epoch, Map<String, Double> measured) {
    completedEpochs = epoch;
    metrics = Map.copyOf(measured);
  }

  public synchronized void trained(long nanos, int images) {
    trainingNanos += nanos;
    samples += images;
  }

  public synchronized void waitedForCheckpoint(long nanos) {
    checkpointNanos += nanos;
  }

  public <T> T probing(Supplier<T> pass) {
    long start = System.nanoTime();
    T result = pass.get();
    synchronized (this) {
      probeNanos += System.nanoTime() - start;
    }
    return result;
  }

  public synchronized Map<String, Double> metrics() {
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
    Publication published = publication.get();
    return TrainingProgress.newBuilder()
        .setPhase(phase)
        .setCompletedEpochs(completedEpochs)
        .setTotalEpochs(totalEpochs)
        .putAllMetrics(metrics)
        .setTrainingTime(trainingTime())
        .setProbeTime(probeTime())
        .setDroppedSnapshots(published.dropped())
        .setPublicationTime(Durations.fromNanos(published.nanos()))
        .setCheckpointTime(Durations.fromNanos(checkpointNanos))
        .setSamplesPerSecond(trainingNanos == 0 ? 0 : samples * 1e9 / trainingNanos)
        .build();
  }
}
