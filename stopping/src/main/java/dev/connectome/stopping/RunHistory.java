package dev.connectome.stopping;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is known of a run across its attempts: one observation an epoch.
 *
 * <p>An attempt that continues from a checkpoint takes the run over from the first epoch it is
 * observed in; what older attempts did from that epoch on has been undone and is left out.
 */
public final class RunHistory {

  private final List<EpochObservation> observations;
  private final int probeEveryEpochs;

  private RunHistory(List<EpochObservation> observations, int probeEveryEpochs) {
    this.observations = observations;
    this.probeEveryEpochs = probeEveryEpochs;
  }

  /**
   * Makes a history of observations in any order.
   *
   * @param observations what is known, at most one an attempt and epoch
   * @param probeEveryEpochs every how many epochs the run is probed, from 1
   * @return the history
   * @throws IllegalArgumentException if {@code probeEveryEpochs} is less than 1
   */
  public static RunHistory of(Collection<EpochObservation> observations, int probeEveryEpochs) {
    if (probeEveryEpochs < 1) {
      throw new IllegalArgumentException(
          "probeEveryEpochs must be 1 or more, not " + probeEveryEpochs);
    }
    var newestAttemptFirst = new ArrayList<>(observations);
    newestAttemptFirst.sort(
        Comparator.comparingInt(EpochObservation::attempt)
            .reversed()
            .thenComparing(Comparator.comparingInt(EpochObservation::epoch).reversed()));
    var kept = new ArrayList<EpochObservation>();
    int attempt = Integer.MAX_VALUE;
    int takenOverFrom = Integer.MAX_VALUE;
    int firstEpoch = Integer.MAX_VALUE;
    for (EpochObservation observation : newestAttemptFirst) {
      if (observation.attempt() != attempt) {
        attempt = observation.attempt();
        takenOverFrom = firstEpoch;
      }
      if (observation.epoch() < takenOverFrom) {
        kept.add(observation);
        firstEpoch = observation.epoch();
      }
    }
    kept.sort(Comparator.comparingInt(EpochObservation::epoch));
    return new RunHistory(List.copyOf(kept), probeEveryEpochs);
  }

  /**
   * The series of a name.
   *
   * @param name the name of a distance, another series or a metric
   * @return its points; a distance to a snapshot other than that of the probe just before is
   *     missing, and an unknown name gives an empty series
   */
  public Series series(String name) {
    var points = new ArrayList<SeriesPoint>();
    for (EpochObservation observation : observations) {
      Double distance = observation.distances().get(name);
      Double value = observation.values().get(name);
      if (distance != null && !spansGap(observation)) {
        points.add(new SeriesPoint(observation.epoch(), distance));
      } else if (distance == null && value != null) {
        points.add(new SeriesPoint(observation.epoch(), value));
      }
    }
    return Series.of(points);
  }

  /**
   * The last epoch observed.
   *
   * @return the epoch; empty before the first observation
   */
  public OptionalInt lastEpoch() {
    return observations.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(observations.get(observations.size() - 1).epoch());
  }

  /**
   * The epoch at which a number of epochs had been observed.
   *
   * @param count the number, from 1
   * @return the epoch; empty while fewer are observed
   */
  public OptionalInt epochOf(int count) {
    return observations.size() < count
        ? OptionalInt.empty()
        : OptionalInt.of(observations.get(count - 1).epoch());
  }

  private boolean spansGap(EpochObservation observation) {
    OptionalInt previous = observation.previousEpoch();
    return previous.isEmpty() || previous.getAsInt() != observation.epoch() - probeEveryEpochs;
  }
}
