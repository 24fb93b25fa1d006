package dev.connectome.trainer.service.training;

import ai.djl.training.tracker.CosineTracker;
import ai.djl.training.tracker.MultiFactorTracker;
import ai.djl.training.tracker.Tracker;
import ai.djl.training.tracker.WarmUpTracker;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ScheduleSpec;
import dev.connectome.trainer.service.UserException;
import java.util.stream.IntStream;

/**
 * Makes learning rate schedules from DJL's trackers. The rate depends only on the number of the
 * update, from 1, which is part of a checkpoint.
 */
final class Schedules {

  /** How long a training is planned to be. */
  record Length(int epochs, int updatesPerEpoch) {
    private int updates(double epochs) {
      return (int) Math.min(Integer.MAX_VALUE, Math.round(epochs * updatesPerEpoch));
    }
  }

  private Schedules() {}

  /**
   * Makes the schedule of an optimizer.
   *
   * @throws UserException if its name is unknown
   */
  static Tracker of(OptimizerSpec spec, Length length) throws UserException {
    ScheduleSpec schedule = spec.getSchedule();
    float rate = (float) spec.getLearningRate();
    int warmUp = length.updates(schedule.getWarmUpEpochs());
    Tracker main =
        switch (schedule.getName()) {
          case "", "constant" -> Tracker.fixed(rate);
          case "step" -> step(rate, schedule, length);
          case "cosine" ->
              CosineTracker.builder()
                  .setBaseValue(rate)
                  .optFinalValue((float) (rate * schedule.getFinalFraction()))
                  .setMaxUpdates(Math.max(1, length.updates(length.epochs()) - warmUp))
                  .build();
          default ->
              throw new UserException(
                  "unknown schedule \"%s\"; this trainer knows: constant, cosine, step"
                      .formatted(schedule.getName()));
        };
    return warmUp == 0
        ? main
        : WarmUpTracker.builder()
            .setMainTracker(main)
            .optWarmUpSteps(warmUp)
            .optWarmUpBeginValue(0)
            .optWarmUpMode(WarmUpTracker.Mode.LINEAR)
            .build();
  }

  private static Tracker step(float rate, ScheduleSpec schedule, Length length) {
    int changes = (length.epochs() - 1) / schedule.getStepEpochs();
    if (changes == 0) {
      return Tracker.fixed(rate);
    }
    // DJL refuses a single step; the last one here is never reached.
    IntStream steps =
        IntStream.concat(
            IntStream.rangeClosed(1, changes)
                .map(change -> length.updates((double) change * schedule.getStepEpochs())),
            IntStream.of(Integer.MAX_VALUE));
    return MultiFactorTracker.builder()
        .setBaseValue(rate)
        .optFactor((float) schedule.getFactor())
        .setSteps(steps.toArray())
        .build();
  }
}
