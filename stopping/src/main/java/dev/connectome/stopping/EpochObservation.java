package dev.connectome.stopping;

import java.util.Map;
import java.util.OptionalInt;

/**
 * What is known of one epoch of one attempt.
 *
 * @param attempt the attempt, from 1
 * @param epoch the epoch, from 1
 * @param previousEpoch the epoch of the snapshot that the distances are to; empty if there are none
 * @param distances the series that measure a change since {@code previousEpoch}, by name
 * @param values every other series and the trainer's metrics, by name
 */
public record EpochObservation(
    int attempt,
    int epoch,
    OptionalInt previousEpoch,
    Map<String, Double> distances,
    Map<String, Double> values) {

  /** Copies the maps. */
  public EpochObservation {
    distances = Map.copyOf(distances);
    values = Map.copyOf(values);
  }
}
