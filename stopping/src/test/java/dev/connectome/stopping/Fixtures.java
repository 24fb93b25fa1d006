package dev.connectome.stopping;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Series and observations for tests. */
final class Fixtures {

  private Fixtures() {}

  /** The values at epochs 1, 2, .. */
  static Series values(double... values) {
    return Series.of(
        IntStream.range(0, values.length)
            .mapToObj(i -> new SeriesPoint(i + 1, values[i]))
            .toList());
  }

  /** An epoch of the first attempt that has no distances. */
  static EpochObservation epoch(int epoch, Map<String, Double> values) {
    return new EpochObservation(1, epoch, OptionalInt.empty(), Map.of(), values);
  }

  /** An epoch with a death distance and a training loss. */
  static EpochObservation distance(int attempt, int epoch, int previousEpoch, double value) {
    return new EpochObservation(
        attempt,
        epoch,
        OptionalInt.of(previousEpoch),
        Map.of("deathDistance", value),
        Map.of("trainLoss", 1.0 / epoch));
  }

  /** Death distances at epochs 2, 3, .. of the first attempt. */
  static List<EpochObservation> deathDistances(double... values) {
    return IntStream.range(0, values.length)
        .mapToObj(i -> distance(1, i + 2, i + 1, values[i]))
        .toList();
  }
}
