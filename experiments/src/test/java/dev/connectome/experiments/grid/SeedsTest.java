package dev.connectome.experiments.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.cli.CommandFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeedsTest {

  @Test
  void parsesCountsAndRanges() {
    assertThat(Seeds.parse("5")).isEqualTo(new Seeds(1, 5));
    assertThat(Seeds.parse("6-10")).isEqualTo(new Seeds(6, 10));
    assertThat(Seeds.parse("3-3")).isEqualTo(new Seeds(3, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0-2", "3-2", "-1", "x", "", "1-2-3", "99999999"})
  void rejectsAnythingElseWithTheRemedy(String text) {
    assertThatThrownBy(() -> Seeds.parse(text))
        .isInstanceOf(CommandFailure.class)
        .hasMessage("--seeds is " + text + ": give how many, as in 5, or which, as in 6-10");
  }
}
