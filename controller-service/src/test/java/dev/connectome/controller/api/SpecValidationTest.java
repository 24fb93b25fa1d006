package dev.connectome.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.connectome.controller.api.Rejection.Violation;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ScheduleSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpecValidationTest {

  private final List<Violation> violations = new ArrayList<>();

  private TrainingSpec complete(TrainingSpec.Builder asked) {
    return SpecValidation.complete(asked.build(), 0, violations);
  }

  private static TrainingSpec.Builder schedule(ScheduleSpec.Builder schedule) {
    return TrainingSpec.newBuilder()
        .setEpochs(20)
        .setOptimizer(OptimizerSpec.newBuilder().setSchedule(schedule));
  }

  private void assertRejected(String field, String problem) {
    assertThat(violations)
        .extracting(Violation::field, Violation::problem)
        .containsExactly(tuple("training_run.spec." + field, problem));
  }

  @Test
  void aScheduleIsStoredWithTheDefaultsOfItsKindAlone() {
    ScheduleSpec constant = complete(TrainingSpec.newBuilder()).getOptimizer().getSchedule();
    ScheduleSpec step =
        complete(schedule(ScheduleSpec.newBuilder().setName("step"))).getOptimizer().getSchedule();

    assertThat(constant.getName()).isEqualTo("constant");
    assertThat(constant.hasStepEpochs()).isFalse();
    assertThat(step.getStepEpochs()).isEqualTo(30);
    assertThat(step.getFactor()).isEqualTo(0.1);
    assertThat(step.hasFinalFraction()).isFalse();
    assertThat(violations).isEmpty();
  }

  @Test
  void aScheduleThatDoesNotExistIsRefused() {
    complete(schedule(ScheduleSpec.newBuilder().setName("linear")));

    assertRejected(
        "optimizer.schedule.name", "must be one of [constant, cosine, step], not \"linear\"");
  }

  @Test
  void aSettingThatTheScheduleWouldIgnoreIsRefused() {
    complete(schedule(ScheduleSpec.newBuilder().setName("cosine").setFactor(0.5)));

    assertRejected(
        "optimizer.schedule.factor", "is for the schedule step, not for cosine; leave it out");
  }

  @Test
  void aWarmUpAsLongAsTheBudgetIsRefused() {
    complete(schedule(ScheduleSpec.newBuilder().setWarmUpEpochs(20)));

    assertRejected(
        "optimizer.schedule.warm_up_epochs",
        "must be 0 or above and below the 20 epochs of the budget, not 20.0");
  }
}
