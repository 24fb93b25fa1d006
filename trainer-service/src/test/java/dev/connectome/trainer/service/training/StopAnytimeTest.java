package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopRequest;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.service.data.TrainingData;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stops a training from another thread, repeatedly, at random moments. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StopAnytimeTest {

  private static final int STOPS = 50;
  private static final long LATEST_NANOS = TimeUnit.MILLISECONDS.toNanos(120);

  static {
    System.setProperty("ai.djl.pytorch.num_threads", "1");
  }

  @TempDir Path directory;

  @Test
  void aTrainingStoppedAtAnyMomentResumesWhereItWas() throws Exception {
    var random = new Random(20261126);
    TrainingSpec spec = TrainingTest.spec("adam", 100_000);
    TrainingData data = TrainingData.load(spec.getData(), spec.getSeed(), Optional.empty());
    int epoch = 0;
    int batch = 0;
    for (int stop = 1; stop <= STOPS; stop++) {
      var stopSwitch = new StopSwitch();
      Thread stopper = stopper(stopSwitch, random.nextLong(LATEST_NANOS), random.nextInt(4), stop);
      try (Training training =
          new Training(
              spec,
              data,
              directory,
              true,
              stopSwitch,
              new ProgressTracker(spec.getEpochs()),
              snapshot -> {})) {
        assertThat(training.completedEpochs()).as("stop %d", stop).isEqualTo(epoch);
        stopper.start();
        Training.Ended end = training.run();
        assertThat(end.stop()).isPresent();
        training.saveCheckpoint();
      }
      stopper.join();
      StoredCheckpoint kept = new CheckpointStore(directory, 3).newest().orElseThrow();
      assertThat(kept.epoch()).isGreaterThanOrEqualTo(epoch);
      assertThat(kept.epoch() > epoch || kept.nextBatch() >= batch).isTrue();
      epoch = kept.epoch();
      batch = kept.nextBatch();
    }
    assertThat(epoch).isPositive();
  }

  private static Thread stopper(StopSwitch stopSwitch, long afterNanos, int kind, int number) {
    return new Thread(
        () -> {
          LockSupport.parkNanos(afterNanos);
          switch (kind) {
            case 0 -> stopSwitch.interrupt();
            case 1 -> command(stopSwitch, StopRequest.Mode.END_OF_EPOCH, number);
            case 2 -> command(stopSwitch, StopRequest.Mode.IMMEDIATE, number);
            default -> {
              command(stopSwitch, StopRequest.Mode.GRACEFUL, number);
              command(stopSwitch, StopRequest.Mode.GRACEFUL, number);
              stopSwitch.interrupt();
            }
          }
        });
  }

  private static void command(StopSwitch stopSwitch, StopRequest.Mode mode, int number) {
    stopSwitch.submit(
        new StopRequest.Command("stop-" + number, mode, OptionalInt.empty(), "at any moment"));
  }
}
