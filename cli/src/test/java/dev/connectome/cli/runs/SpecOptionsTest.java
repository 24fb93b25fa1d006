package dev.connectome.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class SpecOptionsTest {

  @Command
  static final class Options {
    @Mixin SpecOptions training;
  }

  private static TrainingSpec spec(String options) {
    Options parsed = new Options();
    new CommandLine(parsed).parseArgs(options.split(" "));
    return parsed.training.spec();
  }

  @Test
  void everyOptionSetsItsField() {
    TrainingSpec spec =
        spec(
            "--model vgg --hidden 8,4 --channels 3 --depth 14 --model-setting a=b --dropout 0.5"
                + " --batch-norm --device gpu --epochs 7 --batch-size 9 --seed 11 --optimizer adam"
                + " --learning-rate 0.1 --momentum 0.2 --weight-decay 0.3 --schedule step"
                + " --schedule-step 5 --schedule-factor 0.4 --schedule-final 0.6 --warm-up 1.5"
                + " --train-samples 100 --train-fraction 0.7 --validation-fraction 0.8"
                + " --label-noise 0.9 --data-dir data --data-format idx --image-size 16"
                + " --probe-samples 10 --probe-every 2 --probe-layers dense1,conv"
                + " --class-imbalance 10 --shift 2 --flip --mixup 0.4 --label-smoothing 0.1"
                + " --probe-max-neurons 12 --test-every 4 --prediction-changes --checkpoint-keep 5"
                + " --checkpoint-every 3 --keep average --average-epochs 2.5 --best-metric testLoss");

    ScheduleSpec schedule =
        ScheduleSpec.newBuilder()
            .setName("step")
            .setStepEpochs(5)
            .setFactor(0.4)
            .setFinalFraction(0.6)
            .setWarmUpEpochs(1.5)
            .build();
    assertThat(spec)
        .isEqualTo(
            TrainingSpec.newBuilder()
                .setModel(
                    ModelSpec.newBuilder()
                        .setName("vgg")
                        .addAllHiddenWidths(List.of(8, 4))
                        .setChannels(3)
                        .setDepth(14)
                        .putSettings("a", "b")
                        .setDropout(0.5)
                        .setBatchNorm(true))
                .setDevice("gpu")
                .setTestEveryEpochs(4)
                .setPredictionChanges(true)
                .setKeep(KeptWeights.KEPT_WEIGHTS_AVERAGE)
                .setAverageEpochs(2.5)
                .setBest(BestEpochSpec.newBuilder().setMetric("testLoss"))
                .setEpochs(7)
                .setBatchSize(9)
                .setSeed(11)
                .setOptimizer(
                    OptimizerSpec.newBuilder()
                        .setName("adam")
                        .setLearningRate(0.1)
                        .setMomentum(0.2)
                        .setWeightDecay(0.3)
                        .setSchedule(schedule))
                .setData(
                    DataSpec.newBuilder()
                        .setTrainSamples(100)
                        .setTrainFraction(0.7)
                        .setValidationFraction(0.8)
                        .setLabelNoise(0.9)
                        .setClassImbalance(10)
                        .setDirectory(Path.of("data").toAbsolutePath().toString())
                        .setFormat("idx")
                        .setImageSize(16))
                .setAugmentation(
                    AugmentationSpec.newBuilder()
                        .setShift(2)
                        .setFlip(true)
                        .setMixup(0.4)
                        .setLabelSmoothing(0.1))
                .setProbe(
                    ProbeSpec.newBuilder()
                        .setSamples(10)
                        .setEveryEpochs(2)
                        .setMaxNeurons(12)
                        .addAllLayers(List.of("dense1", "conv")))
                .setCheckpoint(CheckpointSpec.newBuilder().setKeep(5).setEveryEpochs(3))
                .build());
  }

  @Test
  void whatIsLeftOutIsUnset() {
    TrainingSpec spec = spec("--epochs 1");

    assertThat(spec.getModel()).isEqualTo(ModelSpec.getDefaultInstance());
    assertThat(spec.getData()).isEqualTo(DataSpec.getDefaultInstance());
    assertThat(spec.hasSeed()).isFalse();
    assertThat(spec.getProbe()).isEqualTo(ProbeSpec.getDefaultInstance());
  }
}
