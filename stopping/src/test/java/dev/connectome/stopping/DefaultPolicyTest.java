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

  private static Optional<Integer> stop(IntToDoubleFunction loss, IntToDoubleFunction distance) {
    return stop(SafetyEnvelope.of(0, 120, 100), loss, distance);
  }

  private static Optional<Integer> stop(
      SafetyEnvelope envelope, IntToDoubleFunction loss, IntToDoubleFunction distance) {
    List<EpochObservation> observations = new ArrayList<>();
    for (int epoch = 1; epoch <= BUDGET; epoch++) {
      observations.add(
          new EpochObservation(
              1,
              epoch,
              epoch == 1 ? OptionalInt.empty() : OptionalInt.of(epoch - 1),
              epoch == 1 ? Map.of() : Map.of("connectomeDistance", distance.applyAsDouble(epoch)),
              Map.of("trainLoss", loss.applyAsDouble(epoch))));
    }
    return envelope
        .around(DefaultPolicy.get())
        .decide(RunHistory.of(observations, 1))
        .map(StopDecision::stopEpoch);
  }

  @Test
  void stopsAUsualRunOnceLossAndConnectomeHaveSettled() {
    assertThat(stop(epoch -> 0.1 + 2.2 * Math.exp(-epoch / 4.0), SETTLING))
        .hasValueSatisfying(epoch -> assertThat(epoch).isBetween(12, 30));
  }

  @Test
  void aLossWithAFloorIsNotStoppedWhileTheConnectomeChanges() {
    // Noise, dropout or a contrastive loss: from 2.3 to 1.5 within three epochs, then a floor.
    IntToDoubleFunction floor = epoch -> 1.5 + 0.8 * Math.exp(1.0 - epoch) + 0.01 * (epoch % 2);

    assertThat(stop(floor, epoch -> 1 + 20 * Math.exp(-epoch / 8.0)))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(15));
  }

  @Test
  void aFlatStartIsNotStoppedThoughTheConnectomeIsQuiet() {
    assertThat(stop(epoch -> 2.303 - 0.001 * epoch, QUIET)).isEmpty();
  }

  @Test
  void aSlowStartIsNotStoppedWhileTheLossStillPicksUpSpeed() {
    // Flat for ten epochs, then falling faster and faster until epoch 40, where it slows.
    IntToDoubleFunction slow = epoch -> 0.3 + 2 / (1 + Math.exp((epoch - 40) / 6.0));

    IntToDoubleFunction distance = epoch -> 1 + 8 * Math.exp(-Math.pow((epoch - 40) / 10.0, 2));

    assertThat(stop(slow, distance))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(40));
  }

  @Test
  void aConnectomeThatStillChangesMoreAndMoreIsNotTakenForSettled() {
    IntToDoubleFunction rising =
        epoch -> epoch <= 20 ? epoch : 1 + 19 * Math.exp((20 - epoch) / 5.0);

    assertThat(stop(epoch -> 0.1 + 2.2 * Math.exp((1 - epoch) / 4.0), rising))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(21));
  }

  @Test
  void aConnectomeThatWasQuietBeforeLearningBeganCountsForNothing() {
    IntToDoubleFunction loss =
        epoch -> epoch <= 10 ? 2.3 - 0.001 * epoch : 0.3 + 2 * Math.exp((10 - epoch) / 8.0);
    IntToDoubleFunction distance = epoch -> epoch <= 10 ? 1 : 1 + 20 * Math.exp((11 - epoch) / 8.0);

    assertThat(stop(loss, distance))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(24));
  }

  @Test
  void aLossThatFallsSteadilyThroughZeroIsNotStopped() {
    assertThat(stop(epoch -> 6 - 0.8 * epoch, QUIET)).isEmpty();
  }

  @Test
  void aLargeTrainingIsNotStoppedInItsFirstEpochs() {
    double[] imageNet = {5.6, 4.3, 3.7, 3.3, 3.1, 2.95, 2.85, 2.77, 2.7, 2.65};
    IntToDoubleFunction loss =
        epoch -> epoch <= imageNet.length ? imageNet[epoch - 1] : 2.65 - 0.01 * (epoch - 10);

    assertThat(stop(loss, epoch -> 1 + 30 * Math.exp(-epoch / 12.0)))
        .hasValueSatisfying(epoch -> assertThat(epoch).isGreaterThan(20));
  }

  @Test
  void aWarmUpIsNotStopped() {
    assertThat(
            stop(
                SafetyEnvelope.of(30, 120, 100),
                epoch -> 0.1 + 2.2 * Math.exp(-epoch / 4.0),
                SETTLING))
        .contains(31);
  }

  @Test
  void aRunWithoutAConnectomeIsNotStopped() {
    List<EpochObservation> observations = new ArrayList<>();
    for (int epoch = 1; epoch <= BUDGET; epoch++) {
      observations.add(Fixtures.epoch(epoch, Map.of("trainLoss", 2.0 / epoch)));
    }

    assertThat(DefaultPolicy.get().decide(RunHistory.of(observations, 1))).isEmpty();
  }
}
