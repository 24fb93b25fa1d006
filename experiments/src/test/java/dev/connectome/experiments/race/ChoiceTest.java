package dev.connectome.experiments.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.experiments.recording.RecordedRun;
import dev.connectome.experiments.recording.RecordedRun.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChoiceTest {

  private static final int EPOCHS = 10;

  /**
   * The accuracy is best where the changed predictions have their trough, which is elsewhere in
   * each setting; the death distance falls alike in all.
   */
  private static List<RecordedRun> runs(int settings) {
    List<RecordedRun> runs = new ArrayList<>();
    for (int i = 0; i < settings; i++) {
      int trough = 3 + i % 3;
      Double[] accuracies = new Double[EPOCHS];
      List<Double> changes = new ArrayList<>();
      List<Double> distances = new ArrayList<>();
      for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        accuracies[epoch - 1] = 0.9 - 0.1 * Math.abs(epoch - trough);
        changes.add(epoch < trough ? 4.0 + 2 * (trough - epoch) : 4.0 + epoch - trough);
        distances.add(12.0 - epoch);
      }
      runs.add(
          RecordedRuns.run(
              "setting-" + i,
              1,
              false,
              Map.of(),
              Map.of("changedPredictions", changes, "deathDistance", distances),
              accuracies));
      runs.add(
          RecordedRuns.run(
              "setting-" + i, 1, true, Map.of("validation-5", new Decision(9, 2)), accuracies));
    }
    return runs;
  }

  @Test
  void halvesShareNoSettingAndCanBeSwapped() {
    Choice one = Choice.of(Race.of(runs(12)), 1, false);
    Choice other = Choice.of(Race.of(runs(12)), 1, true);

    assertThat(one.settingsChosenOn())
        .hasSize(6)
        .doesNotContainAnyElementsOf(one.settingsJudgedOn());
    assertThat(other.settingsChosenOn()).isEqualTo(one.settingsJudgedOn());
    assertThat(other.settingsJudgedOn()).isEqualTo(one.settingsChosenOn());
  }

  @Test
  void choosesTheRuleThatKeepsTheMostAccurateEpoch() {
    Choice choice = Choice.of(Race.of(runs(12)), 1, false);

    Choice.Judged best = choice.chosen().get(0);
    assertThat(best.family()).isEqualTo("trough on changedPredictions");
    assertThat(best.chosenOn().accuracyKept().mean()).isEqualTo(0.9);
    assertThat(best.judgedOn().accuracyKept().mean()).isEqualTo(0.9);
    assertThat(best.judgedOn().earlierAndNoWorse().mean()).isEqualTo(1.0);
  }

  @Test
  void choosesOneRulePerFamily() {
    assertThat(Choice.of(Race.of(runs(4)), 1, false).chosen())
        .hasSize(6)
        .extracting(Choice.Judged::family)
        .doesNotHaveDuplicates();
  }
}
