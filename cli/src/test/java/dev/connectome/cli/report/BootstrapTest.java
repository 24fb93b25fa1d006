package dev.connectome.cli.report;

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
  void aMedianIsAsSureAsTheValuesAreMany() {
    Random random = new Random(7);
    List<Double> values = random.doubles(400).boxed().toList();

    Bootstrap.MedianEstimate estimate = Bootstrap.median(values);

    // The median of n values lies between those of the ranks n/2 +- 1.96 sqrt(n)/2.
    List<Double> sorted = values.stream().sorted().toList();
    assertThat(estimate.low()).isBetween(sorted.get(175), sorted.get(185));
    assertThat(estimate.high()).isBetween(sorted.get(215), sorted.get(225));
    assertThat(estimate.median()).isBetween(estimate.low(), estimate.high());
  }

  @Test
  void anOutlierDoesNotMoveAMedian() {
    assertThat(Bootstrap.median(List.of(1.0, 2.0, 3.0, 1e9)).median()).isEqualTo(2.5);
    assertThat(Bootstrap.median(List.of(4.0))).isEqualTo(new Bootstrap.MedianEstimate(4, 4, 4));
  }

  @Test
  void refusesNothing() {
    assertThatThrownBy(() -> Bootstrap.median(List.of()))
        .hasMessage("no values to take the median of");
    assertThatThrownBy(() -> Bootstrap.mean(List.of())).hasMessage("no values to take the mean of");
  }
}
