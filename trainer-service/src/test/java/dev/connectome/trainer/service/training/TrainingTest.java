package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.protos.trainer.v1.CheckpointSpec;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ProbeSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.probe.ActivationSnapshot;
import dev.connectome.trainer.probe.ActivationSnapshot.Layer;
import dev.connectome.trainer.service.UserException;
import dev.connectome.trainer.service.data.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real trainings of a small network on the embedded data set. */
class TrainingTest {

  static {
    System.setProperty("ai.djl.pytorch.num_threads", "1");
  }

  @TempDir Path directory;

  static TrainingSpec spec(String optimizer, int epochs) {
    return TrainingSpec.newBuilder()
        .setEpochs(epochs)
        .setBatchSize(50)
        .setSeed(3)
        .setModel(
            ModelSpec.newBuilder()
                .setName("mlp")
                .addHiddenWidths(16)
                .addHiddenWidths(12)
                .setDropout(0.2)
                .setBatchNorm(true))
        .setData(DataSpec.newBuilder().setTrainSamples(400).setValidationFraction(0.1))
        .setOptimizer(
            OptimizerSpec.newBuilder()
                .setName(optimizer)
                .setLearningRate(0.01)
                .setMomentum(0.9)
                .setWeightDecay(1e-4))
        .setProbe(ProbeSpec.newBuilder().setSamples(60).setEveryEpochs(1).setMaxNeurons(100))
        .setCheckpoint(CheckpointSpec.newBuilder().setKeep(3))
        .build();
  }

  private Training training(
      TrainingSpec spec,
      String folder,
      boolean resume,
      StopSwitch stopSwitch,
      Consumer<ActivationSnapshot> snapshots)
      throws UserException, IOException {
    return new Training(
        spec,
        TrainingData.load(spec.getData(), spec.getSeed(), Optional.empty()),
        directory.resolve(folder),
        resume,
        stopSwitch,
        new ProgressTracker(spec.getEpochs()),
        snapshots);
  }

  private Training training(TrainingSpec spec, String folder, boolean resume) throws Exception {
    return training(spec, folder, resume, new StopSwitch(), snapshot -> {});
  }

  private void train(TrainingSpec spec, String folder, boolean resume) throws Exception {
    try (Training training = training(spec, folder, resume)) {
      assertThat(training.run().finalEpoch()).isEqualTo(spec.getEpochs());
      training.saveCheckpoint();
    }
  }

  private StoredCheckpoint newest(String folder) throws IOException {
    return new CheckpointStore(directory.resolve(folder), 3).newest().orElseThrow();
  }

  private void assertSameCheckpoint(String folder, String other) throws IOException {
    assertThat(newest(folder).weights()).hasSameBinaryContentAs(newest(other).weights());
    assertThat(newest(folder).optimizerState())
        .hasSameBinaryContentAs(newest(other).optimizerState());
    assertThat(newest(folder).position()).isEqualTo(newest(other).position());
  }

  private void trainUntilTheEndOfEpoch(int epoch, TrainingSpec spec, String folder)
      throws Exception {
    var stopSwitch = new StopSwitch();
    Consumer<ActivationSnapshot> stop =
        snapshot -> {
          if (snapshot.epoch() == epoch) {
            stopSwitch.interrupt();
          }
        };
    try (Training training = training(spec, folder, false, stopSwitch, stop)) {
      assertThat(training.run().finalEpoch()).isEqualTo(epoch);
      training.saveCheckpoint();
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 3, 3", "3, 4, 4", "5, 1, 2"})
  void aChangedBudgetTakesEffect(int registered, int changed, int trained) throws Exception {
    TrainingSpec spec = spec("sgd", registered);
    var progress = new ProgressTracker(registered);
    try (Training training =
        new Training(
            spec,
            TrainingData.load(spec.getData(), spec.getSeed(), Optional.empty()),
            directory.resolve("run"),
            false,
            new StopSwitch(),
            progress,
            snapshot -> {
              if (snapshot.epoch() == 2) {
                progress.setTotalEpochs(changed);
              }
            })) {
      assertThat(training.run().finalEpoch()).isEqualTo(trained);
    }
    assertThat(progress.progress().getTotalEpochs()).isEqualTo(changed);
  }

  @Test
  void learnsAndTakesASnapshotPerEpoch() throws Exception {
    List<ActivationSnapshot> snapshots = new ArrayList<>();
    TrainingSpec spec = spec("sgd", 5).toBuilder().setTestEveryEpochs(5).build();
    try (Training training = training(spec, "run", false, new StopSwitch(), snapshots::add)) {
      training.run();
      Training.Result kept = training.keepWeights(Optional.empty());

      assertThat(kept.epoch()).isEqualTo(5);
      assertThat(kept.checkpoint()).isDirectory();
      assertThat(kept.metrics().get("testAccuracy"))
          .isGreaterThan(0.2)
          .isEqualTo(snapshots.get(4).metrics().get("testAccuracy"));
    }
    assertThat(snapshots).extracting(ActivationSnapshot::epoch).containsExactly(1, 2, 3, 4, 5);
    assertThat(snapshots.get(0).neurons()).isEqualTo(28);
    assertThat(snapshots.get(4).metrics())
        .containsKeys("trainLoss", "trainAccuracy", "validationLoss", "validationAccuracy");
    assertThat(snapshots.get(4).metrics().get("trainLoss"))
        .isLessThan(snapshots.get(0).metrics().get("trainLoss"));
  }

  @Test
  void aStopKeepsTheWeightsOfTheRequestedEpoch() throws Exception {
    train(spec("sgd", 2), "reference", false);
    var stopSwitch = new StopSwitch();
    Consumer<ActivationSnapshot> stopAtThree =
        snapshot -> {
          if (snapshot.epoch() == 3) {
            stopSwitch.submit(
                new StopRequest.Command(
                    "id", StopRequest.Mode.GRACEFUL, OptionalInt.of(2), "enough"));
          }
        };
    try (Training training = training(spec("sgd", 9), "run", false, stopSwitch, stopAtThree)) {
      assertThat(training.run().finalEpoch()).isEqualTo(3);
      Training.Result kept = training.keepWeights(Optional.of(2));

      assertThat(kept.epoch()).isEqualTo(2);
      assertThat(kept.checkpoint().resolve("weights.params"))
          .hasSameBinaryContentAs(newest("reference").weights());
      assertThat(training.keepWeights(Optional.of(77)).epoch()).isEqualTo(3);
    }
  }

  @Test
  void keepsTheNewestCheckpointsAndIgnoresDamagedOnes() throws Exception {
    train(spec("sgd", 6), "run", false);
    try (Stream<Path> kept = Files.list(directory.resolve("run"))) {
      assertThat(kept.filter(Files::isDirectory).map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("epoch-000004", "epoch-000005", "epoch-000006");
    }
    Path weights = directory.resolve("run/epoch-000006/weights.params");
    byte[] damaged = Files.readAllBytes(weights);
    damaged[damaged.length / 2] ^= 1;
    Files.write(weights, damaged);
    Files.delete(directory.resolve("run/epoch-000005/manifest.json"));

    assertThat(newest("run").epoch()).isEqualTo(4);
  }

  @Test
  void rejectsUnknownModelsAndOptimizers() {
    TrainingSpec model =
        spec("sgd", 1).toBuilder().setModel(ModelSpec.newBuilder().setName("cnn")).build();

    assertThatThrownBy(() -> training(model, "run", false))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "unknown model \"cnn\"; this trainer knows: lenet5, mlp, resnet, vgg,"
                + " test.one-hidden-layer");
    assertThatThrownBy(() -> training(spec("lion", 1), "run", false))
        .hasMessage("unknown optimizer \"lion\"; this trainer knows: sgd, adam, adamw");
  }

  @Test
  void countsChangedPredictions() throws Exception {
    List<Double> learning = changedPredictions(0.01);
    List<Double> notLearning = changedPredictions(1e-30);

    assertThat(learning.get(0)).isNull();
    assertThat(learning.get(1)).isBetween(1.0, 360.0);
    assertThat(notLearning).containsExactly(null, 0.0, 0.0);
  }

  private List<Double> changedPredictions(double learningRate) throws Exception {
    TrainingSpec.Builder spec = spec("sgd", 3).toBuilder().setPredictionChanges(true);
    spec.getOptimizerBuilder().setLearningRate(learningRate).setWeightDecay(0);
    spec.getModelBuilder().setBatchNorm(false);
    List<Double> counts = new ArrayList<>();
    try (Training training =
        training(
            spec.build(),
            "changes-" + learningRate,
            false,
            new StopSwitch(),
            snapshot -> counts.add(snapshot.metrics().get("changedPredictions")))) {
      training.run();
    }
    return counts;
  }

  private List<Layer> assertResumesBitForBit(TrainingSpec.Builder spec) throws Exception {
    spec.getDataBuilder().setTrainSamples(150);
    List<ActivationSnapshot> snapshots = new ArrayList<>();
    try (Training training =
        training(spec.build(), "whole", false, new StopSwitch(), snapshots::add)) {
      training.run();
      training.saveCheckpoint();
    }
    trainUntilTheEndOfEpoch(1, spec.build(), "parts");
    train(spec.build(), "parts", true);

    assertSameCheckpoint("parts", "whole");
    return snapshots.get(1).layers();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lenet5", "vgg"})
  void convolutionalNetworksAreObservedAndResumeBitForBit(String model) throws Exception {
    TrainingSpec.Builder spec = spec("adam", 2).toBuilder();
    spec.getModelBuilder().setName(model);
    if (model.equals("vgg")) {
      spec.getModelBuilder().setChannels(2);
    }

    assertThat(assertResumesBitForBit(spec))
        .containsExactly(new Layer("dense1", 16), new Layer("dense2", 12));
  }

  @Test
  void aResidualNetworkIsObservedAtItsBlocksAndResumesBitForBit() throws Exception {
    TrainingSpec.Builder spec = spec("sgd", 2).toBuilder();
    spec.getModelBuilder().clear().setName("resnet").setChannels(2).setDepth(8);

    assertThat(assertResumesBitForBit(spec))
        .containsExactly(new Layer("block1", 2), new Layer("block2", 4), new Layer("block3", 8));
  }

  @Test
  void writesCheckpointsAtTheirIntervalAndAtTheEnd() throws Exception {
    TrainingSpec.Builder spec = spec("sgd", 5).toBuilder();
    spec.getCheckpointBuilder().setKeep(10).setEveryEpochs(2);
    try (Training training = training(spec.build(), "run", false, new StopSwitch(), s -> {})) {
      training.run();
      training.keepWeights(Optional.empty());
    }

    assertThat(directory.resolve("run"))
        .isDirectoryContaining("glob:**/epoch-000002")
        .isDirectoryContaining("glob:**/epoch-000004")
        .isDirectoryContaining("glob:**/epoch-000005")
        .isDirectoryNotContaining("glob:**/epoch-000003");
  }

  @Test
  @Tag("gpu")
  void learnsOnAGpuAndResumesOnTheCpu() throws Exception {
    List<ActivationSnapshot> snapshots = new ArrayList<>();
    TrainingSpec onGpu = spec("adam", 4).toBuilder().setDevice("gpu:0").build();
    try (Training training = training(onGpu, "run", false, new StopSwitch(), snapshots::add)) {
      training.run();
      training.saveCheckpoint();
    }
    assertThat(snapshots.get(3).metrics().get("trainLoss"))
        .isLessThan(snapshots.get(0).metrics().get("trainLoss"));

    train(spec("adam", 5).toBuilder().setDevice("cpu").build(), "run", true);
  }
}
