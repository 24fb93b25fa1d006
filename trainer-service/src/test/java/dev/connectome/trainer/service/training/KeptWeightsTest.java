package dev.connectome.trainer.service.training;

import static dev.connectome.protos.trainer.v1.KeptWeights.KEPT_WEIGHTS_AVERAGE;
import static dev.connectome.protos.trainer.v1.KeptWeights.KEPT_WEIGHTS_BEST;
import static dev.connectome.protos.trainer.v1.KeptWeights.KEPT_WEIGHTS_EPOCH;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.ParameterStore;
import dev.connectome.protos.trainer.v1.BestEpochSpec;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.probe.ActivationSnapshot;
import dev.connectome.trainer.service.UserException;
import dev.connectome.trainer.service.data.TrainingData;
import java.io.DataInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trainings that memorise wrong labels, so that an early epoch is the best. */
class KeptWeightsTest {

  private static final int EPOCHS = 12;
  private static final int BATCHES = 9;

  private static TrainingData data;

  @TempDir Path directory;

  /** What a training kept, and the metrics of its epochs. */
  private record Run(Training.Result kept, List<ActivationSnapshot> epochs) {
    double metric(int epoch, String name) {
      return epochs.stream()
          .filter(snapshot -> snapshot.epoch() == epoch)
          .findFirst()
          .orElseThrow()
          .metrics()
          .get(name);
    }

    int lowest(String name) {
      return epochs.stream()
          .min(Comparator.comparingDouble(snapshot -> snapshot.metrics().get(name)))
          .orElseThrow()
          .epoch();
    }
  }

  @BeforeAll
  static void loadData() throws UserException {
    TrainingSpec spec = spec(KEPT_WEIGHTS_EPOCH);
    data = TrainingData.load(spec.getData(), spec.getSeed(), Optional.empty());
  }

  private static TrainingSpec spec(KeptWeights keep) {
    TrainingSpec.Builder spec = TrainingTest.spec("adam", EPOCHS).toBuilder();
    spec.getDataBuilder().setTrainSamples(500).setLabelNoise(0.5).setValidationFraction(0.1);
    spec.getModelBuilder().setDropout(0);
    spec.getOptimizerBuilder().setLearningRate(0.02);
    spec.getCheckpointBuilder().setKeep(1);
    return spec.setKeep(keep).build();
  }

  private static TrainingSpec best(KeptWeights keep, String metric) {
    return spec(keep).toBuilder()
        .setBest(BestEpochSpec.newBuilder().setMetric(metric).setStartFromEpoch(1))
        .build();
  }

  private Run train(TrainingSpec spec, String folder) throws Exception {
    return train(spec, folder, false, new StopSwitch(), Integer.MAX_VALUE);
  }

  /** Trains, and submits a graceful stop after so many mini-batches. */
  private Run train(
      TrainingSpec spec, String folder, boolean resume, StopSwitch stopSwitch, int batches)
      throws Exception {
    List<ActivationSnapshot> epochs = new ArrayList<>();
    var progress =
        new ProgressTracker(spec.getEpochs()) {
          private int trained;

          @Override
          public synchronized void trained(long nanos, long samples) {
            trained++;
            if (trained == batches) {
              stopSwitch.submit(
                  new StopRequest.Command(
                      "id", StopRequest.Mode.GRACEFUL, OptionalInt.empty(), "by a person"));
            }
          }
        };
    try (Training training =
        new Training(
            spec, data, directory.resolve(folder), resume, stopSwitch, progress, epochs::add)) {
      training.run();
      return new Run(training.keepWeights(Optional.empty()), epochs);
    }
  }

  private static byte[] result(Run run) throws Exception {
    return Files.readAllBytes(run.kept().checkpoint().resolve("weights.params"));
  }

  private byte[] trainedTo(int epoch) throws Exception {
    return result(
        train(spec(KEPT_WEIGHTS_EPOCH).toBuilder().setEpochs(epoch).build(), "to-" + epoch));
  }

  @Test
  void theEndOfTheBudgetKeepsTheBestEpochThoughOneCheckpointIsKept() throws Exception {
    Run run = train(best(KEPT_WEIGHTS_BEST, "validationLoss"), "run");

    int best = run.lowest("validationLoss");
    assertThat(best).isBetween(1, EPOCHS - 3);
    assertThat(run.kept().epoch()).isEqualTo(best);
    assertThat(run.kept().weights()).isEqualTo(KEPT_WEIGHTS_BEST);
    assertThat(run.kept().metrics())
        .containsEntry("validationLoss", run.metric(best, "validationLoss"))
        .containsKey("testAccuracy");
    assertThat(result(run)).isEqualTo(trainedTo(best));
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 11})
  void aPersonsStopKeepsTheBestEpochAndAResumedRunStillKnowsIt(int epochs) throws Exception {
    TrainingSpec spec = best(KEPT_WEIGHTS_BEST, "validationLoss");
    Run whole = train(spec, "whole");
    int batches = (epochs - 1) * BATCHES + 4;

    Run stopped = train(spec, "parts", false, new StopSwitch(), batches);
    assertThat(stopped.kept().epoch()).isEqualTo(whole.kept().epoch()).isLessThan(epochs - 1);
    assertThat(result(stopped)).isEqualTo(result(whole));

    Run resumed = train(spec, "parts", true, new StopSwitch(), Integer.MAX_VALUE);
    assertThat(resumed.kept().epoch()).isEqualTo(whole.kept().epoch());
    assertThat(resumed.kept().metrics()).isEqualTo(whole.kept().metrics());
    assertThat(result(resumed)).isEqualTo(result(whole));
  }

  @Test
  void aStopInTheEpochAfterTheBestKeepsTheBestToTheBit() throws Exception {
    TrainingSpec spec = best(KEPT_WEIGHTS_BEST, "validationLoss");
    int best = train(spec, "whole").kept().epoch();

    Run stopped = train(spec, "parts", false, new StopSwitch(), best * BATCHES + 2);

    assertThat(stopped.kept().epoch()).isEqualTo(best);
    assertThat(result(stopped)).isEqualTo(trainedTo(best));
  }

  @Test
  void withoutTheBestCheckpointTheLastWeightsAreKeptAndSaid() throws Exception {
    TrainingSpec spec = best(KEPT_WEIGHTS_BEST, "validationLoss");
    Run stopped = train(spec, "run", false, new StopSwitch(), 9 * BATCHES + 1);
    Files.delete(stopped.kept().checkpoint().resolve("weights.params"));

    Run resumed = train(spec, "run", true, new StopSwitch(), Integer.MAX_VALUE);

    assertThat(resumed.kept().epoch()).isEqualTo(EPOCHS);
    assertThat(resumed.kept().weights()).isEqualTo(KEPT_WEIGHTS_EPOCH);
    assertThat(result(resumed)).isEqualTo(trainedTo(EPOCHS));
  }

  @Test
  void averagingChangesNothingInTheTraining() throws Exception {
    train(spec(KEPT_WEIGHTS_EPOCH), "plain");
    train(spec(KEPT_WEIGHTS_AVERAGE), "averaged");

    StoredCheckpoint plain = newest("plain");
    StoredCheckpoint averaged = newest("averaged");
    assertThat(averaged.weights()).hasSameBinaryContentAs(plain.weights());
    assertThat(averaged.optimizerState()).hasSameBinaryContentAs(plain.optimizerState());
    assertThat(Files.mismatch(averaged.result(), plain.result())).isNotNegative();
  }

  private StoredCheckpoint newest(String folder) throws Exception {
    return new CheckpointStore(directory.resolve(folder), 1).newest().orElseThrow();
  }

  @Test
  void anAverageIsMeasuredBesideTheEpochAndKeptAsTheResult() throws Exception {
    TrainingSpec spec = spec(KEPT_WEIGHTS_AVERAGE).toBuilder().setTestEveryEpochs(1).build();
    Run run = train(spec, "run");

    assertThat(run.kept().epoch()).isEqualTo(EPOCHS);
    assertThat(run.kept().weights()).isEqualTo(KEPT_WEIGHTS_AVERAGE);
    assertThat(run.kept().metrics())
        .containsOnlyKeys(
            "trainLoss",
            "trainAccuracy",
            "testLoss",
            "testAccuracy",
            "validationLoss",
            "validationAccuracy",
            "epochTestLoss",
            "epochTestAccuracy",
            "epochValidationLoss",
            "epochValidationAccuracy")
        .containsEntry("testAccuracy", run.metric(EPOCHS, "averagedTestAccuracy"))
        .containsEntry("testLoss", run.metric(EPOCHS, "averagedTestLoss"))
        .containsEntry("validationLoss", run.metric(EPOCHS, "averagedValidationLoss"))
        .containsEntry("epochTestLoss", run.metric(EPOCHS, "testLoss"))
        .containsEntry("epochValidationLoss", run.metric(EPOCHS, "validationLoss"));
    assertThat(run.metric(EPOCHS, "averagedTestLoss")).isNotEqualTo(run.metric(EPOCHS, "testLoss"));
    assertThat(accuracyByAReaderOfItsOwn(run.kept().checkpoint()))
        .isEqualTo(run.kept().metrics().get("testAccuracy"));
  }

  /** Reads the result as a user's program does: DJL's blocks and one file. */
  private static double accuracyByAReaderOfItsOwn(Path checkpoint) throws Exception {
    Block network =
        new SequentialBlock()
            .add(Linear.builder().setUnits(16).build())
            .add(BatchNorm.builder().build())
            .add(Activation.leakyReluBlock(0.01f))
            .add(Linear.builder().setUnits(12).build())
            .add(BatchNorm.builder().build())
            .add(Activation.leakyReluBlock(0.01f))
            .add(Linear.builder().setUnits(10).build());
    try (Model model = Model.newInstance("reader", Device.cpu());
        var file =
            new DataInputStream(Files.newInputStream(checkpoint.resolve("weights.params")))) {
      network.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 28 * 28));
      network.loadParameters(model.getNDManager(), file);
      int[] all = IntStream.range(0, data.test().count()).toArray();
      NDArray inputs = data.test().inputs(model.getNDManager(), all).reshape(all.length, 28 * 28);
      long[] found =
          network
              .forward(new ParameterStore(model.getNDManager(), false), new NDList(inputs), false)
              .singletonOrThrow()
              .argMax(1)
              .toLongArray();
      long[] classes =
          data.test().batch(all, 0, all.length, data.test().allocate(all.length)).classes();
      return IntStream.range(0, all.length).filter(i -> found[i] == classes[i]).count()
          / (double) all.length;
    }
  }

  @Test
  void theAverageAtTheBestEpochIsKeptByItsOwnLoss() throws Exception {
    Run run = train(best(KEPT_WEIGHTS_AVERAGE, "averagedValidationLoss"), "run");

    int best = run.lowest("averagedValidationLoss");
    assertThat(best).isLessThan(EPOCHS);
    assertThat(run.kept().epoch()).isEqualTo(best);
    assertThat(run.kept().weights()).isEqualTo(KEPT_WEIGHTS_AVERAGE);
    assertThat(run.kept().metrics())
        .containsEntry("validationLoss", run.metric(best, "averagedValidationLoss"))
        .containsEntry("epochValidationLoss", run.metric(best, "validationLoss"));
  }

  @Test
  void ofACheckpointWithoutAnAverageTheWeightsAreItsStart() throws Exception {
    train(spec(KEPT_WEIGHTS_EPOCH), "run", false, new StopSwitch(), 2 * BATCHES);
    var now = new StopSwitch();
    now.interrupt();
    train(spec(KEPT_WEIGHTS_AVERAGE), "run", true, now, Integer.MAX_VALUE);

    StoredCheckpoint checkpoint = newest("run");
    assertThat(checkpoint.epoch()).isEqualTo(2);
    assertThat(checkpoint.average().orElseThrow()).hasSameBinaryContentAs(checkpoint.weights());
  }

  @Test
  void aRunStoppedBeforeItsFirstStepKeepsItsFirstWeights() throws Exception {
    var now = new StopSwitch();
    now.interrupt();
    Run run = train(spec(KEPT_WEIGHTS_AVERAGE), "run", false, now, Integer.MAX_VALUE);

    assertThat(run.kept().epoch()).isZero();
    assertThat(run.kept().weights()).isEqualTo(KEPT_WEIGHTS_EPOCH);
    assertThat(run.kept().metrics()).containsKey("testAccuracy");
  }
}
