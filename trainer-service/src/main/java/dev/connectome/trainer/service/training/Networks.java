package dev.connectome.trainer.service.training;

import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.trainer.service.UserException;

/** Networks by name. */
public final class Networks {

  private static final float LEAK = 0.01f;

  private Networks() {}

  /**
   * Builds a network, its weights not yet initialised.
   *
   * @param spec which network
   * @param classes outputs
   * @return the network, from flat images to one logit a class
   * @throws UserException if the name is unknown
   */
  public static SequentialBlock build(ModelSpec spec, int classes) throws UserException {
    if (!spec.getName().equals("mlp")) {
      throw new UserException(
          "unknown model \"%s\"; this trainer knows: mlp".formatted(spec.getName()));
    }
    var network = new SequentialBlock();
    for (int width : spec.getHiddenWidthsList()) {
      network.add(Linear.builder().setUnits(width).build());
      if (spec.getBatchNorm()) {
        network.add(BatchNorm.builder().build());
      }
      network.add(Activation.leakyReluBlock(LEAK));
      if (spec.getDropout() > 0) {
        network.add(Dropout.builder().optRate((float) spec.getDropout()).build());
      }
    }
    return network.add(Linear.builder().setUnits(classes).build());
  }
}
