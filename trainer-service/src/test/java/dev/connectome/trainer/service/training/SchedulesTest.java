package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.training.tracker.Tracker;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ScheduleSpec;
import dev.connectome.trainer.service.UserException;
import org.junit.jupiter.api.Test;

class SchedulesTest {

  private static final Schedules.Length LENGTH = new Schedules.Length(10, 4);

  private static Tracker schedule(ScheduleSpec.Builder schedule) throws UserException {
    return Schedules.of(
        OptimizerSpec.newBuilder().setLearningRate(0.8).setSchedule(schedule).build(), LENGTH);
  }

  @Test
  void theRateIsConstantByDefault() throws UserException {
    Tracker rate = schedule(ScheduleSpec.newBuilder());

    assertThat(rate.getNewValue(1)).isEqualTo(0.8f);
    assertThat(rate.getNewValue(40)).isEqualTo(0.8f);
  }

  @Test
  void stepChangesTheRateAfterItsEpochs() throws UserException {
    Tracker rate =
        schedule(ScheduleSpec.newBuilder().setName("step").setStepEpochs(3).setFactor(0.5));

    assertThat(rate.getNewValue(12)).isEqualTo(0.8f);
    assertThat(rate.getNewValue(13)).isEqualTo(0.4f);
    assertThat(rate.getNewValue(24)).isEqualTo(0.4f);
    assertThat(rate.getNewValue(40)).isEqualTo(0.1f);
  }

  @Test
  void stepGivesTheSameRateAfterAResume() throws UserException {
    ScheduleSpec.Builder step =
        ScheduleSpec.newBuilder().setName("step").setStepEpochs(1).setFactor(0.7);
    Tracker whole = schedule(step);
    for (int update = 1; update < 30; update++) {
      whole.getNewValue(update);
    }

    assertThat(schedule(step).getNewValue(30)).isEqualTo(whole.getNewValue(30));
  }

  @Test
  void cosineFallsToItsFinalFraction() throws UserException {
    Tracker rate = schedule(ScheduleSpec.newBuilder().setName("cosine").setFinalFraction(0.25));

    assertThat(rate.getNewValue(20)).isEqualTo(0.5f, within(1e-6f));
    assertThat(rate.getNewValue(10)).isEqualTo((float) (0.5 + 0.3 * Math.sqrt(0.5)), within(1e-6f));
    assertThat(rate.getNewValue(40)).isEqualTo(0.2f, within(1e-6f));
  }

  @Test
  void warmUpRisesLinearlyBeforeTheSchedule() throws UserException {
    Tracker rate = schedule(ScheduleSpec.newBuilder().setName("cosine").setWarmUpEpochs(2.5));

    assertThat(rate.getNewValue(1)).isEqualTo(0.08f, within(1e-6f));
    assertThat(rate.getNewValue(5)).isEqualTo(0.4f, within(1e-6f));
    assertThat(rate.getNewValue(10)).isEqualTo(0.8f, within(1e-6f));
    assertThat(rate.getNewValue(25)).isEqualTo(0.4f, within(1e-6f));
    assertThat(rate.getNewValue(40)).isEqualTo(0, within(1e-6f));
  }

  @Test
  void rejectsAnUnknownSchedule() {
    assertThatThrownBy(() -> schedule(ScheduleSpec.newBuilder().setName("linear")))
        .isInstanceOf(UserException.class)
        .hasMessage("unknown schedule \"linear\"; this trainer knows: constant, cosine, step");
  }
}
