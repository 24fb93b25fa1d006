package dev.connectome.trainer.service.training;

import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import dev.connectome.protos.trainer.v1.ModelSpec;

/** Fully connected layers: the whole of an mlp, and the last layers of other networks. */
final class DenseLayers {

  static final float LEAKY_SLOPE = 0.01f;

  private DenseLayers() {}

  /** The hidden layers of the spec, then one output per class. */
  static SequentialBlock of(ModelSpec spec, int classes) {
    var layers = new SequentialBlock();
    for (int width : spec.getHiddenWidthsList()) {
      layers.add(Linear.builder().setUnits(width).build());
      if (spec.getBatchNorm()) {
        layers.add(BatchNorm.builder().build());
      }
      layers.add(Activation.leakyReluBlock(LEAKY_SLOPE));
      if (spec.getDropout() > 0) {
        layers.add(Dropout.builder().optRate((float) spec.getDropout()).build());
      }
    }
    return layers.add(Linear.builder().setUnits(classes).build());
  }
}
