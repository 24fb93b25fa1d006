package dev.connectome.stopping;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What is known of a run across its attempts: at most one observation an epoch, in order of epochs.
 * Immutable.
 *
 * <p>An attempt that continues from a checkpoint replaces older attempts from the first epoch it is
 * observed in: what they did from that epoch on has been undone and is left out.
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
   * @param observations what is known; of several of one attempt and epoch the last counts
   * @param probeEveryEpochs every how many epochs the run is probed, 1 or more
   * @return the history
   * @throws IllegalArgumentException if {@code probeEveryEpochs} is less than 1
   */
  public static RunHistory of(Collection<EpochObservation> observations, int probeEveryEpochs) {
    if (probeEveryEpochs < 1) {
      throw new IllegalArgumentException(
          "probeEveryEpochs must be 1 or more, not " + probeEveryEpochs);
    }
    var byAttempt = new ArrayList<>(observations);
    byAttempt.sort(
        Comparator.comparingInt(EpochObservation::attempt)
            .thenComparingInt(EpochObservation::epoch));
    var kept = new TreeMap<Integer, EpochObservation>();
    int attempt = 0;
    for (EpochObservation observation : byAttempt) {
      if (observation.attempt() != attempt) {
        attempt = observation.attempt();
        kept.tailMap(observation.epoch(), true).clear();
      }
      kept.put(observation.epoch(), observation);
    }
    return new RunHistory(List.copyOf(kept.values()), probeEveryEpochs);
  }

  /**
   * The series of a name, in time linear in the length of the history.
   *
   * @param name the name of a distance, another series or a metric
   * @return its points, by the rule of {@link EpochObservation#value}; an empty series for an
   *     unknown name
   */
  public Series series(String name) {
    var points = new ArrayList<SeriesPoint>();
    for (EpochObservation observation : observations) {
      observation
          .value(name, probeEveryEpochs)
          .ifPresent(value -> points.add(new SeriesPoint(observation.epoch(), value)));
    }
    return Series.of(points);
  }

  /** {@return the last epoch observed; empty before the first observation} */
  public OptionalInt lastEpoch() {
    return epochOf(observations.size());
  }

  /**
   * The epoch at which a number of epochs had been observed.
   *
   * @param count the number, from 1
   * @return the epoch; empty if fewer have been observed
   */
  public OptionalInt epochOf(int count) {
    return count < 1 || observations.size() < count
        ? OptionalInt.empty()
        : OptionalInt.of(observations.get(count - 1).epoch());
  }

  List<EpochObservation> observations() {
    return observations;
  }

  int probeEveryEpochs() {
    return probeEveryEpochs;
  }
}
