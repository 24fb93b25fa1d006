package dev.connectome.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** The default on noise, on step sizes that fall, and on runs of several attempts. */
class DefaultPolicyAttemptsTest {

  private static final int BUDGET = 60;

  /** The values of an epoch: loss, distance, disagreement and concentration. */
  private record Values(double loss, double distance, double disagreement, double concentration) {}

  private static Values usual(int epoch) {
    double settling = Math.exp(-epoch / 4.0);
    return new Values(
        0.1 + 2.2 * settling,
        1 + 20 * settling,
        0.05 + 0.6 * settling + 0.002 * (epoch % 2),
        0.1 + 0.1 * Math.exp(-epoch));
  }

  private static EpochObservation observation(
      int attempt, int epoch, boolean first, Values values) {
    var distances = new HashMap<String, Double>();
    if (!first) {
      distances.put("connectomeDistance", values.distance());
    }
    return new EpochObservation(
        attempt,
        epoch,
        first ? OptionalInt.empty() : OptionalInt.of(epoch - 1),
        distances,
        Map.of(
            "trainLoss", values.loss(),
            "neighbourDisagreement", values.disagreement(),
            "predictedClassConcentration", values.concentration()));
  }

  private static List<EpochObservation> attempt(
      int attempt, int from, int to, IntFunction<Values> run) {
    List<EpochObservation> observations = new ArrayList<>();
    for (int epoch = from; epoch <= to; epoch++) {
      observations.add(observation(attempt, epoch, epoch == from, run.apply(epoch)));
    }
    return observations;
  }

  private static StoppingPolicy policy() {
    return SafetyEnvelope.of(0, 120, 100).around(DefaultPolicy.get());
  }

  private static Optional<Integer> stop(List<EpochObservation> observations) {
    return policy().decide(RunHistory.of(observations, 1)).map(StopDecision::stopEpoch);
  }

  @Test
  void aNoisyFloorStopsNoRunWhoseNeighboursStillComeToAgree() {
    for (int seed = 0; seed < 20; seed++) {
      var random = new Random(seed);
      Optional<Integer> stop =
          stop(
              attempt(
                  1,
                  1,
                  BUDGET,
                  epoch ->
                      new Values(
                          1.5 + 0.8 * Math.exp(1.0 - epoch) + 0.05 * random.nextGaussian(),
                          4 + 0.4 * random.nextGaussian(),
                          0.05 + 0.6 * Math.exp(-epoch / 8.0) + 0.005 * random.nextGaussian(),
                          0.1 + 0.01 * random.nextDouble())));

      assertThat(stop.orElse(BUDGET)).as("seed %d", seed).isGreaterThan(12);
    }
  }

  @Test
  void aStepSizeThatDecaysDoesNotStopARunThatItMakesLearnAgain() {
    // The step size is divided by ten after epoch 10: everything falls at once, and goes on
    // falling.
    IntFunction<Values> decayed =
        epoch -> {
          double after = epoch <= 10 ? 1 : 0.3 + 0.3 * Math.exp((10 - epoch) / 5.0);
          return new Values(
              0.2 + 1.8 * Math.exp(-epoch / 5.0) * after,
              (1 + 20 * Math.exp(-epoch / 6.0)) * (epoch <= 10 ? 1 : 0.1),
              (0.1 + 0.5 * Math.exp(-epoch / 6.0)) * after,
              0.1);
        };

    assertThat(stop(attempt(1, 1, BUDGET, decayed)))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(20));
  }

  @Test
  void aStepSizeThatGoesToNothingStopsOnlyWhatHasBegunToLearn() {
    IntFunction<Values> cosine =
        epoch -> {
          double step = (1 + Math.cos(Math.PI * epoch / BUDGET)) / 2;
          return new Values(2.3 - 0.001 * epoch, 5 * step, 0.9, 0.9 - 0.001 * epoch);
        };

    assertThat(stop(attempt(1, 1, BUDGET, cosine))).isEmpty();
  }

  @Test
  void aRestartMakesTheDecisionNeitherEarlierNorMuchLater() {
    int whole = stop(attempt(1, 1, BUDGET, DefaultPolicyAttemptsTest::usual)).orElseThrow();
    for (int restart = 2; restart <= whole; restart++) {
      List<EpochObservation> observations =
          attempt(1, 1, restart + 1, DefaultPolicyAttemptsTest::usual);
      // The new attempt repeats the epochs behind its checkpoint; its first snapshot has no
      // distance.
      observations.addAll(attempt(2, restart, BUDGET, DefaultPolicyAttemptsTest::usual));

      assertThat(stop(observations))
          .as("restarted at epoch %d", restart)
          .hasValueSatisfying(epoch -> assertThat(epoch).isBetween(whole, whole + 2));
    }
  }

  @Test
  void aRestartFromTheFirstEpochForgetsThatTheRunHadBegunToLearn() {
    List<EpochObservation> observations = attempt(1, 1, 20, DefaultPolicyAttemptsTest::usual);
    observations.addAll(attempt(2, 1, BUDGET, epoch -> new Values(2.3, 1, 0.9, 0.9)));

    assertThat(stop(observations)).isEmpty();
  }

  @Test
  void aRunThatIsResumedIsNotStoppedAgainUntilItHasLearnedAgain() {
    int stop = stop(attempt(1, 1, BUDGET, DefaultPolicyAttemptsTest::usual)).orElseThrow();

    assertThat(stopsAfter(stop, DefaultPolicyAttemptsTest::usual)).isEmpty();
    // Learning begins anew at epoch 30, as with a larger step size or other data.
    assertThat(
            stopsAfter(
                stop,
                epoch -> {
                  Values again = usual(epoch < 30 ? epoch : epoch - 29);
                  return epoch < 30
                      ? again
                      : new Values(again.loss(), again.distance(), again.disagreement(), 0.1);
                }))
        .first()
        .satisfies(epoch -> assertThat(epoch).isGreaterThan(35));
  }

  /** The epochs at which the policy stops a run whose decision at an epoch was taken back. */
  private static List<Integer> stopsAfter(int consumed, IntFunction<Values> run) {
    var evaluation = new RearmedEvaluation(policy().startEvaluation(1), consumed, 0);
    List<Integer> stops = new ArrayList<>();
    for (EpochObservation observation : attempt(1, 1, BUDGET, run)) {
      if (evaluation.advance(observation)) {
        stops.add(observation.epoch());
      }
    }
    return stops;
  }
}
