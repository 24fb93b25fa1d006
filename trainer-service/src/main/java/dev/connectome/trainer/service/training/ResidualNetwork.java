package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.trainer.probe.Observed;
import dev.connectome.trainer.service.UserException;
import dev.connectome.trainer.service.data.ImageShape;
import java.util.List;

/**
 * The small residual network of He and others (2016, section 4.2): a 3 × 3 convolution, three
 * stages of residual blocks, each stage of twice the channels and half the rows and columns of the
 * one before, the mean over what is left of the image, one output a class. Where a stage begins,
 * the shortcut is a 1 × 1 convolution. What is observed is the output of each residual block.
 */
final class ResidualNetwork {

  private static final int STAGES = 3;
  private static final int LEAST = 1 << (STAGES - 1);

  /** Layers that are in no residual block, and layers of each block of every stage. */
  private static final int OUTSIDE = 2;

  private static final int IN_BLOCKS = 2 * STAGES;

  private ResidualNetwork() {}

  /**
   * Builds it, from images × channels × rows × columns to one logit a class.
   *
   * @throws UserException if the images are too small
   */
  static Block of(ModelSpec spec, ImageShape images, int classes) throws UserException {
    ConvolutionalNetworks.requireAtLeast(LEAST, images, "resnet");
    int blocks = (spec.getDepth() - OUTSIDE) / IN_BLOCKS;
    int channels = spec.getChannels();
    var network =
        new SequentialBlock()
            .add(convolution(3, channels, 1))
            .add(BatchNorm.builder().build())
            .add(Activation.reluBlock());
    int number = 0;
    for (int stage = 0; stage < STAGES; stage++) {
      for (int block = 0; block < blocks; block++) {
        boolean narrows = stage > 0 && block == 0;
        number++;
        network.add(Observed.of("block" + number, residual(channels << stage, narrows)));
      }
    }
    return network
        .add(Pool.globalAvgPool2dBlock())
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(classes).build());
  }

  private static Block residual(int channels, boolean narrows) {
    int stride = narrows ? 2 : 1;
    var convolutions =
        new SequentialBlock()
            .add(convolution(3, channels, stride))
            .add(BatchNorm.builder().build())
            .add(Activation.reluBlock())
            .add(convolution(3, channels, 1))
            .add(BatchNorm.builder().build());
    Block shortcut =
        narrows
            ? new SequentialBlock()
                .add(convolution(1, channels, stride))
                .add(BatchNorm.builder().build())
            : Blocks.identityBlock();
    return new SequentialBlock()
        .add(new ParallelBlock(ResidualNetwork::sum, List.of(convolutions, shortcut)))
        .add(Activation.reluBlock());
  }

  private static NDList sum(List<NDList> branches) {
    NDArray residual = branches.get(0).singletonOrThrow();
    return new NDList(residual.add(branches.get(1).singletonOrThrow()));
  }

  private static Conv2d convolution(int side, int channels, int stride) {
    return Conv2d.builder()
        .setKernelShape(new Shape(side, side))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(side / 2, side / 2))
        .optBias(false)
        .setFilters(channels)
        .build();
  }
}
