package dev.connectome.trainer.service.training;

import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import dev.connectome.protos.trainer.v1.ModelSpec;

/** Fully connected layers: a network of its own, and what others end with. */
final class DenseLayers {

  /** The slope of the non-linearity for negative values. */
  static final float LEAK = 0.01f;

  private DenseLayers() {}

  /** The hidden layers that a spec asks for, then one output a class. */
  static SequentialBlock of(ModelSpec spec, int classes) {
    var layers = new SequentialBlock();
    for (int width : spec.getHiddenWidthsList()) {
      layers.add(Linear.builder().setUnits(width).build());
      if (spec.getBatchNorm()) {
        layers.add(BatchNorm.builder().build());
      }
      layers.add(Activation.leakyReluBlock(LEAK));
      if (spec.getDropout() > 0) {
        layers.add(Dropout.builder().optRate((float) spec.getDropout()).build());
      }
    }
    return layers.add(Linear.builder().setUnits(classes).build());
  }
}
