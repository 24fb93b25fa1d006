package dev.connectome.stopping;

import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Observations for tests. */
final class ObservationOf {

  private ObservationOf() {}

  static EpochObservation distance(int attempt, int epoch, int previousEpoch, double value) {
    return new EpochObservation(
        attempt,
        epoch,
        OptionalInt.of(previousEpoch),
        Map.of("deathDistance", value),
        Map.of("trainLoss", 1.0 / epoch));
  }

  /** The distances at epochs 2, 3, .. of the first attempt. */
  static Function<Double, EpochObservation> deathDistances() {
    var epoch = new AtomicInteger(1);
    return value -> {
      int now = epoch.incrementAndGet();
      return distance(1, now, now - 1, value);
    };
  }
}
