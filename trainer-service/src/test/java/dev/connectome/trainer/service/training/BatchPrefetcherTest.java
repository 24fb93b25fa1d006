package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.protos.trainer.v1.AugmentationSpec;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.trainer.service.data.Augmentation;
import dev.connectome.trainer.service.data.ImageBatches;
import dev.connectome.trainer.service.data.TrainingData;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchPrefetcherTest {

  /** Moves, mixes and softens, by the random numbers of the mini-batch. */
  private static final AugmentationSpec SPEC =
      AugmentationSpec.newBuilder().setShift(2).setMixup(0.5).build();

  private final ImageBatches images;
  private final Augmentation augmentation;

  BatchPrefetcherTest() throws Exception {
    var spec = DataSpec.newBuilder().setTrainSamples(104).build();
    images = TrainingData.load(spec, 1, Optional.empty()).train();
    augmentation = new Augmentation(SPEC, images);
  }

  private int[] order(long seed) {
    return TrainingData.shuffled(images.count(), new Random(seed));
  }

  private void assertEpoch(BatchPrefetcher prefetcher, int[] order, int first)
      throws InterruptedException {
    for (int from = first * 10; from < 104; from += 10) {
      int to = Math.min(104, from + 10);
      ImageBatches.Batch expected =
          images.batch(order, from, to, images.allocate(10), augmentation, new Random(from / 10));
      ImageBatches.Batch taken = prefetcher.next();

      assertThat(taken.values()).isEqualTo(expected.values());
      assertThat(taken.classes()).isEqualTo(expected.classes());
      assertThat(taken.targets()).isEqualTo(expected.targets());
    }
    assertThatThrownBy(prefetcher::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void returnsMiniBatchesInOrderFromAnyFirstOne() throws Exception {
    try (var prefetcher = new BatchPrefetcher(images, augmentation, 10)) {
      prefetcher.startEpoch(order(5), 3, Random::new);
      assertEpoch(prefetcher, order(5), 3);
    }
  }

  @Test
  void aNewEpochDiscardsPrefetchedMiniBatches() throws Exception {
    try (var prefetcher = new BatchPrefetcher(images, augmentation, 10)) {
      prefetcher.startEpoch(order(5), 0, Random::new);
      assertEpoch(prefetcher, order(5), 0);
      prefetcher.startEpoch(order(6), 0, Random::new);
      prefetcher.next();

      prefetcher.startEpoch(order(7), 1, Random::new);

      assertEpoch(prefetcher, order(7), 1);
    }
  }
}
