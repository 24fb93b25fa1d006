package dev.connectome.stopping;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What is known of one epoch of one attempt. Values may be NaN or infinite where a trainer reported
 * them so.
 *
 * @param attempt the attempt, from 1
 * @param epoch the epoch, from 1
 * @param previousEpoch the epoch of the snapshot that the distances are measured from; empty if
 *     there are no distances
 * @param distances the series that measure a change since {@code previousEpoch}, by name
 * @param values all other series and the trainer's metrics, by name
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

  /**
   * The value of a series at this epoch.
   *
   * @param name the name of a distance, another series or a metric
   * @param probeEveryEpochs every how many epochs the run is probed, 1 or more
   * @return the value; empty if there is none, and for a distance that was not measured from the
   *     probe just before: it spans several probes and cannot be compared with those that span one
   */
  public OptionalDouble value(String name, int probeEveryEpochs) {
    Double distance = distances.get(name);
    if (distance == null) {
      Double value = values.get(name);
      return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
    return previousEpoch.equals(OptionalInt.of(epoch - probeEveryEpochs))
        ? OptionalDouble.of(distance)
        : OptionalDouble.empty();
  }
}
