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

class BatchStageTest {

  @Test
  void givesTheMiniBatchesOfAnEpochInTheirOrderFromAnyOnwards() throws Exception {
    var spec = DataSpec.newBuilder().setTrainSamples(104).build();
    ImageBatches images = TrainingData.load(spec, 1, Optional.empty()).train();
    int[] order = TrainingData.shuffled(images.count(), new Random(5));
    try (var stage = new BatchStage(images, 10)) {
      stage.begin(order, 3);
      for (int from = 30; from < 104; from += 10) {
        ImageBatches.Batch expected =
            images.batch(order, from, Math.min(104, from + 10), images.room(10));
        ImageBatches.Batch taken = stage.take();

        assertThat(taken.values()).isEqualTo(expected.values());
        assertThat(taken.classes()).isEqualTo(expected.classes());
      }
      assertThatThrownBy(stage::take).isInstanceOf(NoSuchElementException.class);
    }
  }
}
