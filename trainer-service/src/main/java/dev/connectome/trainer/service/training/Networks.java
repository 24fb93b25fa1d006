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

/** Networks by name: those of this trainer, and those that the thread's class loader provides. */
public final class Networks {

  private static final List<String> BUILT_IN = List.of("lenet5", "mlp", "resnet", "vgg");

  private Networks() {}

  /**
   * Builds a network, its weights not yet initialised.
   *
   * @param spec which network
   * @param images the shape of its inputs
   * @param classes outputs
   * @return the network, from flat images to one logit a class
   * @throws UserException if the name is unknown, or the network does not fit the images
   */
  public static SequentialBlock build(ModelSpec spec, ImageShape images, int classes)
      throws UserException {
    return switch (spec.getName()) {
      case "mlp" -> DenseLayers.of(spec, classes);
      case "lenet5" -> shaped(images, ConvolutionalNetworks.leNet5(spec, images, classes));
      case "resnet" -> shaped(images, ResidualNetwork.of(spec, images, classes));
      case "vgg" -> shaped(images, ConvolutionalNetworks.vgg(spec, images, classes));
      default -> shaped(images, provided(spec, images, classes));
    };
  }

  /** Gives flat images their rows, columns and channels back. */
  private static SequentialBlock shaped(ImageShape images, Block network) {
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
              .filter(known -> known.name().equals(spec.getName()))
              .findFirst()
              .orElseThrow(() -> unknown(spec.getName(), providers));
      return provider.build(
          new NetworkRequest(
              images.channels(), images.rows(), images.columns(), classes, spec.getSettingsMap()));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "network %s refuses its settings: %s".formatted(spec.getName(), e.getMessage()));
    } catch (ServiceConfigurationError e) {
      throw new UserException(
          "a jar of networks is broken: %s; give the trainer one that is whole"
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
