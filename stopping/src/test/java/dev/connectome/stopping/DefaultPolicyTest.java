package dev.connectome.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * What the default does with the shapes that trainings have, within the envelope of a usual run.
 */
class DefaultPolicyTest {

  private static final int BUDGET = 90;

  /** A connectome that changes much at first and settles by about epoch 20. */
  private static final IntToDoubleFunction SETTLING = epoch -> 1 + 20 * Math.exp(-epoch / 4.0);

  /** One that hardly changes, since nothing is being learned. */
  private static final IntToDoubleFunction QUIET = epoch -> 1 + 0.1 * (epoch % 3);

  /**
   * A share of neighbours decided differently that falls like an error rate, and varies a little.
   */
  private static final IntToDoubleFunction AGREEING =
      epoch -> 0.05 + 0.6 * Math.exp(-epoch / 4.0) + 0.002 * (epoch % 2);

  /** Ten classes, all predicted from the first epochs on. */
  private static final IntToDoubleFunction SPREAD = epoch -> 0.1 + 0.1 * Math.exp(-epoch);

  /** Nearly everything gets one class. */
  private static final IntToDoubleFunction ONE_CLASS = epoch -> 0.9 - 0.002 * epoch;

  /** A loss that falls quickly and then slowly. */
  private static final IntToDoubleFunction LEARNING = epoch -> 0.1 + 2.2 * Math.exp(-epoch / 4.0);

  private static Optional<Integer> stop(
      IntToDoubleFunction loss,
      IntToDoubleFunction distance,
      IntToDoubleFunction disagreement,
      IntToDoubleFunction concentration) {
    return stop(SafetyEnvelope.of(0, 120, 100), loss, distance, disagreement, concentration);
  }

  private static Optional<Integer> stop(
      SafetyEnvelope envelope,
      IntToDoubleFunction loss,
      IntToDoubleFunction distance,
      IntToDoubleFunction disagreement,
      IntToDoubleFunction concentration) {
    List<EpochObservation> observations = new ArrayList<>();
    for (int epoch = 1; epoch <= BUDGET; epoch++) {
      observations.add(
          new EpochObservation(
              1,
              epoch,
              epoch == 1 ? OptionalInt.empty() : OptionalInt.of(epoch - 1),
              epoch == 1 ? Map.of() : Map.of("connectomeDistance", distance.applyAsDouble(epoch)),
              Map.of(
                  "trainLoss", loss.applyAsDouble(epoch),
                  "neighbourDisagreement", disagreement.applyAsDouble(epoch),
                  "predictedClassConcentration", concentration.applyAsDouble(epoch))));
    }
    return envelope
        .around(DefaultPolicy.get())
        .decide(RunHistory.of(observations, 1))
        .map(StopDecision::stopEpoch);
  }

  @Test
  void stopsAUsualRunOnceAllHaveSettled() {
    assertThat(stop(LEARNING, SETTLING, AGREEING, SPREAD))
        .hasValueSatisfying(epoch -> assertThat(epoch).isBetween(12, 30));
  }

  @Test
  void aLossWithAFloorIsNotStoppedWhileNeighboursStillComeToAgree() {
    // Noise, dropout or a contrastive loss: from 2.3 to 1.5 within three epochs, then a floor.
    IntToDoubleFunction floor = epoch -> 1.5 + 0.8 * Math.exp(1.0 - epoch) + 0.01 * (epoch % 2);

    assertThat(stop(floor, QUIET, epoch -> 0.05 + 0.6 * Math.exp(-epoch / 8.0), SPREAD))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(20));
  }

  @Test
  void aLossWithAFloorIsNotStoppedWhileTheConnectomeChanges() {
    IntToDoubleFunction floor = epoch -> 1.5 + 0.8 * Math.exp(1.0 - epoch) + 0.01 * (epoch % 2);

    assertThat(stop(floor, epoch -> 1 + 20 * Math.exp(-epoch / 8.0), epoch -> 0.1, SPREAD))
        .isEmpty();
    assertThat(stop(floor, epoch -> 1 + 20 * Math.exp(-epoch / 8.0), AGREEING, SPREAD))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(14));
  }

  @Test
  void aTrainingThatImprovesSlowlyButSteadilyIsNotStopped() {
    // The disagreement of neighbours falls by less than 5 % in four epochs, and does not cease to.
    IntToDoubleFunction slow = epoch -> 0.3 * Math.pow(0.99, epoch) + 0.0005 * (epoch % 2);

    assertThat(stop(LEARNING, SETTLING, slow, SPREAD)).isEmpty();
    assertThat(stop(LEARNING, SETTLING, epoch -> slow.applyAsDouble(Math.min(epoch, 40)), SPREAD))
        .hasValueSatisfying(epoch -> assertThat(epoch).isBetween(41, 52));
  }

  @Test
  void aFlatStartIsNotStoppedThoughEverythingIsQuiet() {
    assertThat(stop(epoch -> 2.303 - 0.001 * epoch, QUIET, epoch -> 0.9, ONE_CLASS)).isEmpty();
  }

  @Test
  void aNetworkThatStillGivesMoreAndMoreClassesIsNotStopped() {
    IntToDoubleFunction spreading = epoch -> 0.1 + 0.8 * Math.exp(-epoch / 15.0);

    assertThat(stop(LEARNING, QUIET, AGREEING, spreading))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(40));
  }

  @Test
  void aSlowStartIsNotStoppedWhileTheNetworkStillLearnsFasterAndFaster() {
    // Flat for ten epochs, then falling faster and faster until epoch 40, where it slows.
    IntToDoubleFunction slow = epoch -> 1 / (1 + Math.exp((epoch - 40) / 6.0));

    assertThat(
            stop(
                epoch -> 0.3 + 2 * slow.applyAsDouble(epoch),
                QUIET,
                epoch -> 0.05 + 0.85 * slow.applyAsDouble(epoch),
                epoch -> 0.1 + 0.8 * slow.applyAsDouble(epoch)))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(45));
  }

  @Test
  void aConnectomeThatWasQuietBeforeLearningBeganCountsForNothing() {
    IntToDoubleFunction loss =
        epoch -> epoch <= 10 ? 2.3 - 0.001 * epoch : 0.3 + 2 * Math.exp((10 - epoch) / 8.0);
    IntToDoubleFunction distance = epoch -> epoch <= 10 ? 1 : 1 + 20 * Math.exp((11 - epoch) / 8.0);

    assertThat(
            stop(
                loss,
                distance,
                epoch -> epoch <= 10 ? 0.9 : AGREEING.applyAsDouble(epoch - 10),
                SPREAD))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(24));
  }

  @Test
  void aLossThatFallsSteadilyThroughZeroIsNotStopped() {
    assertThat(stop(epoch -> 6 - 0.8 * epoch, QUIET, AGREEING, SPREAD)).isEmpty();
  }

  @Test
  void aLargeTrainingIsNotStoppedInItsFirstEpochs() {
    double[] imageNet = {5.6, 4.3, 3.7, 3.3, 3.1, 2.95, 2.85, 2.77, 2.7, 2.65};
    IntToDoubleFunction loss =
        epoch -> epoch <= imageNet.length ? imageNet[epoch - 1] : 2.65 - 0.01 * (epoch - 10);

    assertThat(
            stop(
                loss,
                epoch -> 1 + 30 * Math.exp(-epoch / 12.0),
                epoch -> 0.3 + 0.6 * Math.exp(-epoch / 10.0),
                epoch -> 0.002))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(15));
  }

  @Test
  void classesThatAreSpreadFromTheFirstEpochOnNeedNotMove() {
    assertThat(stop(LEARNING, SETTLING, AGREEING, epoch -> 0.1)).isPresent();
    assertThat(stop(LEARNING, SETTLING, AGREEING, epoch -> 0.9)).isEmpty();
  }

  @Test
  void aWarmUpIsNotStopped() {
    assertThat(stop(SafetyEnvelope.of(30, 120, 100), LEARNING, SETTLING, AGREEING, SPREAD))
        .contains(31);
  }

  @Test
  void aRunWithoutPredictedClassesIsNotStopped() {
    List<EpochObservation> observations = new ArrayList<>();
    for (int epoch = 1; epoch <= BUDGET; epoch++) {
      observations.add(
          new EpochObservation(
              1,
              epoch,
              OptionalInt.empty(),
              Map.of(),
              Map.of(
                  "trainLoss",
                  LEARNING.applyAsDouble(epoch),
                  "connectomeDistance",
                  SETTLING.applyAsDouble(epoch))));
    }

    assertThat(DefaultPolicy.get().decide(RunHistory.of(observations, 1))).isEmpty();
  }
}
