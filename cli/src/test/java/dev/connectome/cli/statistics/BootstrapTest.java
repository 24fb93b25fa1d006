package dev.connectome.cli.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BootstrapTest {

  @Test
  void theMeanIsThatOfAllValuesHoweverTheyAreGrouped() {
    Bootstrap.Estimate estimate = Bootstrap.mean(List.of(List.of(1.0, 2.0, 3.0), List.of(10.0)));

    assertThat(estimate.mean()).isEqualTo(4.0);
    assertThat(estimate.low()).isEqualTo(2.0);
    assertThat(estimate.high()).isEqualTo(10.0);
  }

  @Test
  void ofIndependentValuesItIsTheIntervalOfTheNormalApproximation() {
    Random random = new Random(7);
    List<List<Double>> groups = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      groups.add(List.of(5 + 2 * random.nextGaussian()));
    }
    double mean = groups.stream().mapToDouble(group -> group.get(0)).average().orElseThrow();
    double variance =
        groups.stream().mapToDouble(group -> Math.pow(group.get(0) - mean, 2)).sum() / 399;
    double halfWidth = 1.96 * Math.sqrt(variance / 400);

    Bootstrap.Estimate estimate = Bootstrap.mean(groups);

    assertThat(estimate.low()).isCloseTo(mean - halfWidth, within(0.02));
    assertThat(estimate.high()).isCloseTo(mean + halfWidth, within(0.02));
  }

  @Test
  void valuesThatGoTogetherSayLessThanTheirNumberSuggests() {
    List<List<Double>> alone = new ArrayList<>();
    List<List<Double>> fourfold = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      double value = i % 5;
      alone.add(List.of(value));
      fourfold.add(List.of(value, value, value, value));
    }

    assertThat(Bootstrap.mean(fourfold)).isEqualTo(Bootstrap.mean(alone));
  }

  @Test
  void ofOneGroupTheIntervalIsTheMean() {
    assertThat(Bootstrap.mean(List.of(List.of(1.0, 3.0))))
        .isEqualTo(new Bootstrap.Estimate(2, 2, 2));
  }

  @Test
  void refusesNothing() {
    assertThatThrownBy(() -> Bootstrap.mean(List.of())).hasMessage("no values to take the mean of");
  }
}
