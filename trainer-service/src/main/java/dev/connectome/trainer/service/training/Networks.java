package dev.connectome.trainer.service.training;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.trainer.network.NetworkProvider;
import dev.connectome.trainer.network.NetworkRequest;
import dev.connectome.trainer.service.UserException;
import dev.connectome.trainer.service.data.ImageShape;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Networks by name: the built-in ones, and those that the thread's class loader provides. */
public final class Networks {

  private static final List<String> BUILT_IN = List.of("lenet5", "mlp", "resnet", "vgg");

  private Networks() {}

  /**
   * Builds a network from flat images to one logit per class, without initializing its weights.
   *
   * @throws UserException if the name is unknown, or the network does not fit the images
   */
  public static SequentialBlock build(ModelSpec spec, ImageShape images, int classes)
      throws UserException {
    return switch (spec.getName()) {
      case "mlp" -> DenseLayers.of(spec, classes);
      case "lenet5" -> reshaping(images, ConvolutionalNetworks.leNet5(spec, images, classes));
      case "resnet" -> reshaping(images, ResidualNetwork.of(spec, images, classes));
      case "vgg" -> reshaping(images, ConvolutionalNetworks.vgg(spec, images, classes));
      default -> reshaping(images, provided(spec, images, classes));
    };
  }

  /** Restores channels, rows and columns of flat images. */
  private static SequentialBlock reshaping(ImageShape images, Block network) {
    var shape = new Shape(-1, images.channels(), images.rows(), images.columns());
    return new SequentialBlock()
        .add(LambdaBlock.singleton(flat -> flat.reshape(shape), "images"))
        .add(network);
  }

  private static Block provided(ModelSpec spec, ImageShape images, int classes)
      throws UserException {
    try {
      List<NetworkProvider> providers =
          ServiceLoader.load(NetworkProvider.class).stream()
              .map(ServiceLoader.Provider::get)
              .toList();
      NetworkProvider provider =
          providers.stream()
              .filter(candidate -> candidate.name().equals(spec.getName()))
              .findFirst()
              .orElseThrow(() -> unknown(spec.getName(), providers));
      return provider.build(
          new NetworkRequest(
              images.channels(), images.rows(), images.columns(), classes, spec.getSettingsMap()));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "network %s rejects its settings: %s".formatted(spec.getName(), e.getMessage()));
    } catch (ServiceConfigurationError e) {
      throw new UserException(
          "a network provider cannot be loaded: %s; replace its jar in the networks path"
              .formatted(e.getMessage()));
    }
  }

  private static UserException unknown(String name, List<NetworkProvider> providers) {
    List<String> known =
        Stream.concat(BUILT_IN.stream(), providers.stream().map(NetworkProvider::name).sorted())
            .toList();
    return new UserException(
        "unknown model \"%s\"; this trainer knows: %s".formatted(name, String.join(", ", known)));
  }
}
