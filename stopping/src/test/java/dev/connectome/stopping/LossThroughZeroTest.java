package dev.connectome.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A real training whose loss goes through zero: the density of a normal distribution is fitted by
 * gradient descent, and the negative log-likelihood of a narrow one is negative.
 */
class LossThroughZeroTest {

  private static final double DEVIATION = 0.05;
  private static final int EPOCHS = 400;

  private final List<EpochObservation> observations = new ArrayList<>();
  private final List<Double> errors = new ArrayList<>();

  /** Fits the mean and the logarithm of the deviation, one step an epoch. */
  LossThroughZeroTest() {
    var random = new Random(1);
    double[] data = random.doubles(500).map(u -> 3 + DEVIATION * random.nextGaussian()).toArray();
    double mean = 0;
    double logDeviation = 1;
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      double precision = Math.exp(-2 * logDeviation);
      double loss = 0;
      double meanGradient = 0;
      double deviationGradient = 0;
      for (double x : data) {
        double squares = (x - mean) * (x - mean) * precision;
        loss += (logDeviation + 0.5 * Math.log(2 * Math.PI) + squares / 2) / data.length;
        meanGradient += (mean - x) * precision / data.length;
        deviationGradient += (1 - squares) / data.length;
      }
      // Natural steps: the gradient is divided by the curvature.
      mean -= 0.1 * meanGradient / precision;
      logDeviation -= 0.05 * deviationGradient / 2;
      observations.add(Fixtures.epoch(epoch, Map.of("trainLoss", loss)));
      errors.add(Math.abs(logDeviation - Math.log(DEVIATION)));
    }
  }

  private double loss(int epoch) {
    return observations.get(epoch - 1).values().getOrDefault("trainLoss", Double.NaN);
  }

  @Test
  void theLossOfThisTrainingGoesThroughZeroWhileItStillFalls() {
    assertThat(loss(1)).isPositive();
    assertThat(loss(EPOCHS)).isLessThan(-1);
  }

  @Test
  void aDropIsMeasuredBelowZeroTooSoThatOnlyAFitThatIsNearlyDoneIsStopped() {
    var policy = new SeriesPolicy("loss", "trainLoss", new DiminishingRule(0.5, 1, 4, 0.05, 2));

    StopDecision decision =
        SafetyEnvelope.of(0, 100, 100)
            .around(policy)
            .decide(RunHistory.of(observations, 1))
            .orElseThrow();

    // Of the logarithm of the deviation, which begins at 1 and ends at -3.
    assertThat(errors.get(decision.stopEpoch() - 1)).isLessThan(0.3);
    assertThat(loss(decision.stopEpoch())).isLessThan(-1.4);
  }
}
