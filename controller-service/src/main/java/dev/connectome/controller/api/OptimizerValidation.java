package dev.connectome.controller.api;

import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ScheduleSpec;
import java.util.Set;
import java.util.TreeSet;

/** Checks how weights are to be updated. */
final class OptimizerValidation {

  private static final Set<String> SCHEDULES = new TreeSet<>(Set.of("constant", "cosine", "step"));
  private static final Set<String> OPTIMIZERS = new TreeSet<>(Set.of("adam", "adamw", "sgd"));

  private final SpecChecks checks;

  OptimizerValidation(SpecChecks checks) {
    this.checks = checks;
  }

  /** Completes it, for a budget of epochs. */
  OptimizerSpec complete(OptimizerSpec asked, int epochs) {
    var optimizer = asked.toBuilder();
    if (asked.getName().isEmpty()) {
      optimizer.setName("sgd");
    }
    checks.known("optimizer.name", optimizer.getName(), OPTIMIZERS);
    if (!asked.hasLearningRate()) {
      optimizer.setLearningRate(optimizer.getName().equals("sgd") ? 0.01 : 0.0003);
    }
    if (!(optimizer.getLearningRate() > 0) || Double.isInfinite(optimizer.getLearningRate())) {
      checks.reject(
          "optimizer.learning_rate", "must be above 0, not " + optimizer.getLearningRate());
    }
    if (!asked.hasMomentum()) {
      optimizer.setMomentum(0.9);
    }
    checks.fraction("optimizer.momentum", optimizer.getMomentum(), false);
    if (!(optimizer.getWeightDecay() >= 0) || Double.isInfinite(optimizer.getWeightDecay())) {
      checks.reject(
          "optimizer.weight_decay", "must be 0 or above, not " + optimizer.getWeightDecay());
    }
    return optimizer
        .setWeightDecay(optimizer.getWeightDecay())
        .setSchedule(schedule(asked.getSchedule(), epochs))
        .build();
  }

  private ScheduleSpec schedule(ScheduleSpec asked, int epochs) {
    String name = asked.getName().isEmpty() ? "constant" : asked.getName();
    checks.known("optimizer.schedule.name", name, SCHEDULES);
    var schedule = ScheduleSpec.newBuilder().setName(name);
    double warmUp = asked.getWarmUpEpochs();
    // A budget that is wrong itself is told where it stands.
    if (!(warmUp >= 0 && (warmUp < epochs || epochs < 1))) {
      checks.reject(
          "optimizer.schedule.warm_up_epochs",
          "must be 0 or above and below the %d epochs of the budget, not %s"
              .formatted(epochs, warmUp));
    }
    schedule.setWarmUpEpochs(warmUp);
    if (name.equals("step")) {
      schedule.setStepEpochs(
          checks.within(
              "optimizer.schedule.step_epochs",
              asked.hasStepEpochs() ? asked.getStepEpochs() : 30,
              1,
              100_000));
      schedule.setFactor(asked.hasFactor() ? asked.getFactor() : 0.1);
      if (!(schedule.getFactor() > 0 && schedule.getFactor() <= 1)) {
        checks.reject(
            "optimizer.schedule.factor",
            "must be above 0 and at most 1, not " + schedule.getFactor());
      }
    } else {
      unused("optimizer.schedule.step_epochs", asked.hasStepEpochs(), "step", name);
      unused("optimizer.schedule.factor", asked.hasFactor(), "step", name);
    }
    if (name.equals("cosine")) {
      schedule.setFinalFraction(asked.getFinalFraction());
      checks.fraction("optimizer.schedule.final_fraction", asked.getFinalFraction(), true);
    } else {
      unused("optimizer.schedule.final_fraction", asked.hasFinalFraction(), "cosine", name);
    }
    return schedule.build();
  }

  private void unused(String field, boolean set, String user, String name) {
    if (set && SCHEDULES.contains(name)) {
      checks.reject(
          field, "is for the schedule %s, not for %s; leave it out".formatted(user, name));
    }
  }
}
