package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.trainer.service.data.ImageBatches;
import dev.connectome.trainer.service.data.TrainingData;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchPrefetcherTest {

  private final ImageBatches images;

  BatchPrefetcherTest() throws Exception {
    var spec = DataSpec.newBuilder().setTrainSamples(104).build();
    images = TrainingData.load(spec, 1, Optional.empty()).train();
  }

  private int[] order(long seed) {
    return TrainingData.shuffled(images.count(), new Random(seed));
  }

  private void assertEpoch(BatchPrefetcher stage, int[] order, int first)
      throws InterruptedException {
    for (int from = first * 10; from < 104; from += 10) {
      int to = Math.min(104, from + 10);
      ImageBatches.Batch expected = images.batch(order, from, to, images.room(10));
      ImageBatches.Batch taken = stage.take();

      assertThat(taken.values()).isEqualTo(expected.values());
      assertThat(taken.classes()).isEqualTo(expected.classes());
    }
    assertThatThrownBy(stage::take).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void givesTheMiniBatchesOfAnEpochInTheirOrderFromAnyOnwards() throws Exception {
    try (var stage = new BatchPrefetcher(images, 10)) {
      stage.begin(order(5), 3);
      assertEpoch(stage, order(5), 3);
    }
  }

  @Test
  void anEpochThatBeginsLeavesNothingOfTheOneBefore() throws Exception {
    try (var stage = new BatchPrefetcher(images, 10)) {
      stage.begin(order(5), 0);
      assertEpoch(stage, order(5), 0);
      stage.begin(order(6), 0);
      stage.take();

      stage.begin(order(7), 1);

      assertEpoch(stage, order(7), 1);
    }
  }
}
