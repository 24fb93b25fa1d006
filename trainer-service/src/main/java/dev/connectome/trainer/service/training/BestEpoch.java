package dev.connectome.trainer.service.training;

import dev.connectome.protos.trainer.v1.BestEpochSpec;
import java.util.Map;
import java.util.Optional;

/**
 * The best epoch of a training: the first with the best finite value of a metric, by the settings
 * of a patience rule.
 */
final class BestEpoch {

  /**
   * What is the best so far. It is part of a checkpoint, so that a resumed training has not
   * forgotten it.
   *
   * @param epoch the epoch, from 1
   * @param value its value of the metric
   */
  record Found(int epoch, double value) {}

  private final BestEpochSpec spec;
  private Optional<Found> found;

  BestEpoch(BestEpochSpec spec, Optional<Found> found) {
    this.spec = spec;
    this.found = found;
  }

  /** Takes the metrics of an epoch, and says whether it is the best so far. */
  boolean read(int epoch, Map<String, Double> metrics) {
    double value = metrics.getOrDefault(spec.getMetric(), Double.NaN);
    boolean better =
        epoch >= spec.getStartFromEpoch()
            && Double.isFinite(value)
            && (found.isEmpty() || improves(value, found.get().value()));
    if (better) {
      found = Optional.of(new Found(epoch, value));
    }
    return better;
  }

  private boolean improves(double value, double best) {
    return spec.getLargerIsBetter()
        ? value - spec.getMinDelta() > best
        : value + spec.getMinDelta() < best;
  }

  Optional<Found> found() {
    return found;
  }
}
