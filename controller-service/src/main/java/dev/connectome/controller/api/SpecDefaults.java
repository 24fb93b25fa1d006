package dev.connectome.controller.api;

import dev.connectome.protos.trainer.v1.AugmentationSpec;
import dev.connectome.protos.trainer.v1.BestEpochSpec;
import dev.connectome.protos.trainer.v1.CheckpointSpec;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ProbeSpec;
import dev.connectome.protos.trainer.v1.ScheduleSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.List;
import java.util.Optional;

/** Writes the defaults that the contract names into a spec that has passed the checks. */
final class SpecDefaults {

  static final int TRAIN_SAMPLES = 6_000;

  /** What a run keeps that does not say, unless its policy restores the best epoch. */
  private static final KeptWeights KEEP = KeptWeights.KEPT_WEIGHTS_EPOCH;

  /** Epochs that a decision may take to reach a trainer that trains many a second. */
  private static final int DECISION_LAG_EPOCHS = 20;

  private static final int MAX_CHECKPOINTS = 1_000;

  private SpecDefaults() {}

  /**
   * Completes a spec.
   *
   * @param restoreDistance how many snapshots back one of the policies may want weights from
   * @param restored the best epoch that the enforcing policy restores
   */
  static TrainingSpec complete(
      TrainingSpec asked, int restoreDistance, Optional<BestEpochSpec> restored) {
    ProbeSpec probe = probe(asked.getProbe());
    TrainingSpec.Builder spec = TrainingSpec.newBuilder();
    keep(asked, restored, spec);
    return spec.setModel(model(asked.getModel()))
        .setData(data(asked.getData(), batchSize(asked)))
        .setOptimizer(optimizer(asked.getOptimizer()))
        .setEpochs(epochs(asked))
        .setBatchSize(batchSize(asked))
        .setSeed(asked.hasSeed() ? asked.getSeed() : 1)
        .setProbe(probe)
        .setCheckpoint(
            checkpoint(asked.getCheckpoint(), (long) restoreDistance * probe.getEveryEpochs()))
        .setDevice(asked.getDevice())
        .setTestEveryEpochs(asked.getTestEveryEpochs())
        .setPredictionChanges(asked.getPredictionChanges())
        .setStop(asked.getStop())
        .setRetry(asked.getRetry())
        .setAugmentation(augmentation(asked.getAugmentation()))
        .build();
  }

  static int epochs(TrainingSpec asked) {
    return asked.hasEpochs() ? asked.getEpochs() : 100;
  }

  static int batchSize(TrainingSpec asked) {
    return asked.hasBatchSize() ? asked.getBatchSize() : 50;
  }

  static KeptWeights keep(TrainingSpec asked) {
    return asked.getKeep() == KeptWeights.KEPT_WEIGHTS_UNSPECIFIED ? KEEP : asked.getKeep();
  }

  private static void keep(
      TrainingSpec asked, Optional<BestEpochSpec> restored, TrainingSpec.Builder spec) {
    boolean choosesEpoch = asked.hasBest() || restored.isPresent();
    KeptWeights keep = keep(asked);
    if (choosesEpoch && keep == KeptWeights.KEPT_WEIGHTS_EPOCH) {
      keep = KeptWeights.KEPT_WEIGHTS_BEST;
    }
    spec.setKeep(keep);
    if (keep == KeptWeights.KEPT_WEIGHTS_AVERAGE) {
      spec.setAverageEpochs(asked.hasAverageEpochs() ? asked.getAverageEpochs() : 1);
    }
    if (choosesEpoch || keep == KeptWeights.KEPT_WEIGHTS_BEST) {
      spec.setBest(best(asked.hasBest() ? asked.getBest() : restored.orElse(asked.getBest())));
    }
  }

  static String bestMetric(BestEpochSpec asked) {
    return asked.getMetric().isEmpty() ? BestEpochs.STANDARD_METRIC : asked.getMetric();
  }

  private static BestEpochSpec best(BestEpochSpec asked) {
    String metric = bestMetric(asked);
    return BestEpochSpec.newBuilder()
        .setMetric(metric)
        .setLargerIsBetter(
            asked.hasLargerIsBetter() ? asked.getLargerIsBetter() : metric.endsWith("Accuracy"))
        .setMinDelta(asked.getMinDelta())
        .setStartFromEpoch(asked.hasStartFromEpoch() ? asked.getStartFromEpoch() : 1)
        .build();
  }

  static String modelName(ModelSpec asked) {
    return asked.getName().isEmpty() ? "mlp" : asked.getName();
  }

  static String scheduleName(ScheduleSpec asked) {
    return asked.getName().isEmpty() ? "constant" : asked.getName();
  }

  private static ModelSpec model(ModelSpec asked) {
    String name = modelName(asked);
    var model =
        asked.toBuilder()
            .setName(name)
            .setDropout(asked.getDropout())
            .setBatchNorm(asked.getBatchNorm());
    if (asked.getHiddenWidthsCount() == 0) {
      model.addAllHiddenWidths(hiddenWidths(name));
    }
    if (!asked.hasChannels() && (name.equals("vgg") || name.equals("resnet"))) {
      model.setChannels(name.equals("vgg") ? 32 : 16);
    }
    if (!asked.hasDepth() && name.equals("resnet")) {
      model.setDepth(8);
    }
    return model.build();
  }

  private static List<Integer> hiddenWidths(String model) {
    return switch (model) {
      case "mlp" -> List.of(128, 64);
      case "lenet5" -> List.of(120, 84);
      case "vgg" -> List.of(256, 128);
      default -> List.of();
    };
  }

  private static DataSpec data(DataSpec asked, int batch) {
    var data =
        asked.toBuilder()
            .setFormat(asked.getFormat().isEmpty() ? "auto" : asked.getFormat())
            .setValidationFraction(asked.getValidationFraction())
            .setLabelNoise(asked.getLabelNoise())
            .setClassImbalance(asked.hasClassImbalance() ? asked.getClassImbalance() : 1);
    if (!asked.hasTrainFraction() && !asked.hasTrainSamples()) {
      data.setTrainSamples(Math.max(TRAIN_SAMPLES, batch));
    }
    return data.build();
  }

  private static AugmentationSpec augmentation(AugmentationSpec asked) {
    return AugmentationSpec.newBuilder()
        .setShift(asked.getShift())
        .setFlip(asked.getFlip())
        .setMixup(asked.getMixup())
        .setLabelSmoothing(asked.getLabelSmoothing())
        .build();
  }

  private static OptimizerSpec optimizer(OptimizerSpec asked) {
    var optimizer = asked.toBuilder();
    if (asked.getName().isEmpty()) {
      optimizer.setName("sgd");
    }
    if (!asked.hasLearningRate()) {
      optimizer.setLearningRate(optimizer.getName().equals("sgd") ? 0.01 : 0.0003);
    }
    return optimizer
        .setMomentum(asked.hasMomentum() ? asked.getMomentum() : 0.9)
        .setWeightDecay(asked.getWeightDecay())
        .setSchedule(schedule(asked.getSchedule()))
        .build();
  }

  /** What a schedule does not use stays unset. */
  private static ScheduleSpec schedule(ScheduleSpec asked) {
    String name = scheduleName(asked);
    var schedule = ScheduleSpec.newBuilder().setName(name).setWarmUpEpochs(asked.getWarmUpEpochs());
    if (name.equals("step")) {
      schedule
          .setStepEpochs(asked.hasStepEpochs() ? asked.getStepEpochs() : 30)
          .setFactor(asked.hasFactor() ? asked.getFactor() : 0.1);
    } else if (name.equals("cosine")) {
      schedule.setFinalFraction(asked.getFinalFraction());
    }
    return schedule.build();
  }

  private static ProbeSpec probe(ProbeSpec asked) {
    return ProbeSpec.newBuilder()
        .setSamples(asked.hasSamples() ? asked.getSamples() : 1_000)
        .setEveryEpochs(asked.hasEveryEpochs() ? asked.getEveryEpochs() : 1)
        .setMaxNeurons(asked.hasMaxNeurons() ? asked.getMaxNeurons() : 4_096)
        .addAllLayers(asked.getLayersList())
        .build();
  }

  private static CheckpointSpec checkpoint(CheckpointSpec asked, long restoreEpochs) {
    long wanted = restoreEpochs == 0 ? 2 : restoreEpochs + 1 + DECISION_LAG_EPOCHS;
    return CheckpointSpec.newBuilder()
        .setKeep(asked.hasKeep() ? asked.getKeep() : (int) Math.min(MAX_CHECKPOINTS, wanted))
        .setEveryEpochs(asked.hasEveryEpochs() ? asked.getEveryEpochs() : 1)
        .build();
  }
}
