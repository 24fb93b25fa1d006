package dev.connectome.trainer.service.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StrokeDigitsTest {

  private final LabelledImages digits = StrokeDigits.draw(2_000, 5);

  @Test
  void imagesDependOnTheSeedOnly() {
    assertThat(StrokeDigits.draw(2_000, 5).pixels()).isEqualTo(digits.pixels());
    assertThat(StrokeDigits.draw(2_000, 6).pixels()).isNotEqualTo(digits.pixels());
  }

  @Test
  void drawsAllClassesEquallyOften() {
    for (byte digit = 0; digit < 10; digit++) {
      byte expected = digit;
      assertThat(IntStream.range(0, 2_000).filter(i -> digits.labels()[i] == expected))
          .hasSize(200);
    }
  }

  @Test
  void theNearestClassMeanFindsSomeDigitsButNotAll() {
    // Nearest class mean, learnt on the first half and tested on the second.
    var means = new double[10][784];
    for (int i = 0; i < 1_000; i++) {
      for (int p = 0; p < 784; p++) {
        means[digits.labels()[i]][p] += (digits.pixels()[i * 784 + p] & 0xff) / 100.0;
      }
    }
    int right = 0;
    for (int i = 1_000; i < 2_000; i++) {
      int image = i;
      int nearest =
          IntStream.range(0, 10)
              .boxed()
              .min(
                  java.util.Comparator.comparingDouble(
                      digit ->
                          IntStream.range(0, 784)
                              .mapToDouble(
                                  p ->
                                      Math.pow(
                                          means[digit][p]
                                              - (digits.pixels()[image * 784 + p] & 0xff),
                                          2))
                              .sum()))
              .orElseThrow();
      right += nearest == digits.labels()[i] ? 1 : 0;
    }

    assertThat(right).isBetween(450, 850);
  }
}
