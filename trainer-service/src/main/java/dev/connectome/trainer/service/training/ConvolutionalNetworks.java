package dev.connectome.trainer.service.training;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.trainer.service.UserException;
import dev.connectome.trainer.service.data.ImageShape;

/** Convolutional networks: from images × channels × rows × columns to one logit per class. */
final class ConvolutionalNetworks {

  private static final int VGG_BLOCKS = 3;
  private static final int VGG_MIN_SIDE = 1 << VGG_BLOCKS;
  private static final int LENET_MIN_SIDE = 12;
  private static final Shape POOL = new Shape(2, 2);

  private ConvolutionalNetworks() {}

  /**
   * After VGG (Simonyan and Zisserman, 2015): three blocks of two 3 × 3 convolutions, each with
   * twice the channels and half the rows and columns of the one before, then fully connected
   * layers.
   *
   * @throws UserException if the images are too small
   */
  static SequentialBlock vgg(ModelSpec spec, ImageShape images, int classes) throws UserException {
    requireMinSide(VGG_MIN_SIDE, images, "vgg");
    var network = new SequentialBlock();
    int channels = spec.getChannels();
    for (int block = 0; block < VGG_BLOCKS; block++) {
      for (int layer = 0; layer < 2; layer++) {
        network.add(convolution(channels, 3, 1));
        if (spec.getBatchNorm()) {
          network.add(BatchNorm.builder().build());
        }
        network.add(Activation.leakyReluBlock(DenseLayers.LEAKY_SLOPE));
      }
      network.add(Pool.maxPool2dBlock(POOL, POOL));
      channels *= 2;
    }
    return network.add(Blocks.batchFlattenBlock()).add(DenseLayers.of(spec, classes));
  }

  /**
   * LeNet-5 (LeCun et al., 1998) as it is usually built: hyperbolic tangent, average pooling, every
   * map of the second convolution connected to all maps of the first.
   *
   * @throws UserException if the images are too small
   */
  static SequentialBlock leNet5(ModelSpec spec, ImageShape images, int classes)
      throws UserException {
    requireMinSide(LENET_MIN_SIDE, images, "lenet5");
    var network =
        new SequentialBlock()
            .add(convolution(6, 5, 2))
            .add(Activation.tanhBlock())
            .add(Pool.avgPool2dBlock(POOL, POOL))
            .add(convolution(16, 5, 0))
            .add(Activation.tanhBlock())
            .add(Pool.avgPool2dBlock(POOL, POOL))
            .add(Blocks.batchFlattenBlock());
    for (int width : spec.getHiddenWidthsList()) {
      network.add(Linear.builder().setUnits(width).build()).add(Activation.tanhBlock());
      if (spec.getDropout() > 0) {
        network.add(Dropout.builder().optRate((float) spec.getDropout()).build());
      }
    }
    return network.add(Linear.builder().setUnits(classes).build());
  }

  private static Conv2d convolution(int filters, int side, int padding) {
    return Conv2d.builder()
        .setKernelShape(new Shape(side, side))
        .optPadding(new Shape(padding, padding))
        .setFilters(filters)
        .build();
  }

  /** Throws if the images would shrink to nothing. */
  static void requireMinSide(int side, ImageShape images, String name) throws UserException {
    if (Math.min(images.rows(), images.columns()) < side) {
      throw new UserException(
          "%s needs images of at least %d × %d pixels, not %d × %d; choose mlp or larger images"
              .formatted(name, side, side, images.rows(), images.columns()));
    }
  }
}
