package dev.connectome.cli.runs;

import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ScheduleSpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that describe the optimizer and its learning-rate schedule. */
final class OptimizerOptions {
  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description = "sgd, adam or adamw. Default: sgd")
  private @Nullable String optimizer;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      description = "Default: 0.01 for sgd, 0.0003 for the others")
  private @Nullable Double learningRate;

  @Option(names = "--momentum", paramLabel = "X", description = "sgd only. Default: 0.9")
  private @Nullable Double momentum;

  @Option(names = "--weight-decay", paramLabel = "X", description = "Default: 0")
  private @Nullable Double weightDecay;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description = "Schedule of the learning rate: constant, step or cosine. Default: constant")
  private @Nullable String schedule;

  @Option(
      names = "--schedule-step",
      paramLabel = "EPOCHS",
      description = "step: epochs between two changes. Default: 30")
  private @Nullable Integer scheduleStep;

  @Option(
      names = "--schedule-factor",
      paramLabel = "X",
      description = "step: the factor of each change. Default: 0.1")
  private @Nullable Double scheduleFactor;

  @Option(
      names = "--schedule-final",
      paramLabel = "X",
      description = "cosine: the last learning rate as a fraction of the first. Default: 0")
  private @Nullable Double scheduleFinal;

  @Option(
      names = "--warm-up",
      paramLabel = "EPOCHS",
      description = "Epochs in which the learning rate first rises from 0. Default: 0")
  private @Nullable Double warmUp;

  OptimizerSpec spec() {
    OptimizerSpec.Builder spec = OptimizerSpec.newBuilder();
    Optional.ofNullable(optimizer).ifPresent(spec::setName);
    Optional.ofNullable(learningRate).ifPresent(spec::setLearningRate);
    Optional.ofNullable(momentum).ifPresent(spec::setMomentum);
    Optional.ofNullable(weightDecay).ifPresent(spec::setWeightDecay);
    return spec.setSchedule(scheduleSpec()).build();
  }

  private ScheduleSpec scheduleSpec() {
    ScheduleSpec.Builder spec = ScheduleSpec.newBuilder();
    Optional.ofNullable(schedule).ifPresent(spec::setName);
    Optional.ofNullable(scheduleStep).ifPresent(spec::setStepEpochs);
    Optional.ofNullable(scheduleFactor).ifPresent(spec::setFactor);
    Optional.ofNullable(scheduleFinal).ifPresent(spec::setFinalFraction);
    Optional.ofNullable(warmUp).ifPresent(spec::setWarmUpEpochs);
    return spec.build();
  }
}
