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
 * The small residual network of He et al. (2016, section 4.2): a 3 × 3 convolution, three stages of
 * residual blocks, each stage with twice the channels and half the rows and columns of the one
 * before, global average pooling, one output per class. The shortcut of the first block of a stage
 * is a 1 × 1 convolution. The output of each residual block is observed.
 */
final class ResidualNetwork {

  private static final int STAGES = 3;
  private static final int MIN_SIDE = 1 << (STAGES - 1);

  private static final int LAYERS_OUTSIDE_BLOCKS = 2;
  private static final int LAYERS_PER_BLOCK = 2;

  private ResidualNetwork() {}

  /**
   * Builds the network, from images × channels × rows × columns to one logit per class.
   *
   * @throws UserException if the images are too small
   */
  static Block of(ModelSpec spec, ImageShape images, int classes) throws UserException {
    ConvolutionalNetworks.requireMinSide(MIN_SIDE, images, "resnet");
    int blocks = (spec.getDepth() - LAYERS_OUTSIDE_BLOCKS) / (LAYERS_PER_BLOCK * STAGES);
    int channels = spec.getChannels();
    var network =
        new SequentialBlock()
            .add(convolution(3, channels, 1))
            .add(BatchNorm.builder().build())
            .add(Activation.reluBlock());
    int number = 0;
    for (int stage = 0; stage < STAGES; stage++) {
      for (int block = 0; block < blocks; block++) {
        boolean downsamples = stage > 0 && block == 0;
        number++;
        network.add(Observed.of("block" + number, residual(channels << stage, downsamples)));
      }
    }
    return network
        .add(Pool.globalAvgPool2dBlock())
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(classes).build());
  }

  private static Block residual(int channels, boolean downsamples) {
    int stride = downsamples ? 2 : 1;
    var convolutions =
        new SequentialBlock()
            .add(convolution(3, channels, stride))
            .add(BatchNorm.builder().build())
            .add(Activation.reluBlock())
            .add(convolution(3, channels, 1))
            .add(BatchNorm.builder().build());
    Block shortcut =
        downsamples
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
