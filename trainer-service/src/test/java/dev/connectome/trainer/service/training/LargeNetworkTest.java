package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.service.data.TrainingData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network whose checkpoints are several times as large as the trainer's heap. */
class LargeNetworkTest {

  private static final String HEAP = "-Xmx48m";
  private static final int WIDTH = 4_000;
  private static final long WEIGHT_BYTES = 4L * (784 * WIDTH + WIDTH * WIDTH + WIDTH * 10);

  @TempDir Path directory;

  @Test
  void isCheckpointedEvaluatedAndResumedInASmallHeap() throws Exception {
    Path log = directory.resolve("log");
    for (int epochs = 1; epochs <= 2; epochs++) {
      Process trainer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  HEAP,
                  "-XX:TieredStopAtLevel=1",
                  "-XX:ErrorFile=" + directory.resolve("crash"),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Trainer.class.getName(),
                  directory.resolve("checkpoints").toString(),
                  Integer.toString(epochs),
                  Integer.toString(WIDTH))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();

      assertThat(trainer.waitFor()).as(Files.readString(log)).isZero();
      StoredCheckpoint kept =
          new CheckpointStore(directory.resolve("checkpoints"), 1).newest().orElseThrow();
      assertThat(kept.epoch()).isEqualTo(epochs);
      assertThat(Files.size(kept.weights())).isGreaterThan(WEIGHT_BYTES);
      assertThat(Files.size(kept.optimizerState())).isGreaterThan(WEIGHT_BYTES);
    }
  }

  /** Trains for an epoch more than the checkpoint has. */
  static final class Trainer {

    private Trainer() {}

    public static void main(String[] arguments) throws Exception {
      System.setProperty("ai.djl.offline", "true");
      System.setProperty("ai.djl.pytorch.num_threads", "1");
      int epochs = Integer.parseInt(arguments[1]);
      int width = Integer.parseInt(arguments[2]);
      TrainingSpec.Builder spec = TrainingTest.spec("sgd", epochs).toBuilder();
      spec.getModelBuilder()
          .clearHiddenWidths()
          .addHiddenWidths(width)
          .addHiddenWidths(width)
          .setBatchNorm(false);
      spec.getDataBuilder().setTrainSamples(50).clearValidationFraction();
      spec.getCheckpointBuilder().setKeep(1);
      TrainingData data = TrainingData.load(spec.getData(), spec.getSeed(), Optional.empty());
      try (Training training =
          new Training(
              spec.build(),
              data,
              Path.of(arguments[0]),
              epochs > 1,
              new StopSwitch(),
              new ProgressTracker(epochs),
              snapshot -> {})) {
        training.run();
        training.keepWeights(Optional.empty());
      }
    }
  }
}
