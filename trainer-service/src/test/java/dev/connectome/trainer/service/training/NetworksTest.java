package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.initializer.XavierInitializer;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.trainer.network.NetworkProvider;
import dev.connectome.trainer.network.NetworkRequest;
import dev.connectome.trainer.service.UserException;
import dev.connectome.trainer.service.data.ImageShape;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworksTest {

  private static final ImageShape GREY = new ImageShape(1, 28, 28);
  private static final ImageShape COLOUR = new ImageShape(3, 32, 32);

  /** A network as a user's jar brings it; found through META-INF/services. */
  public static final class OneHiddenLayer implements NetworkProvider {
    @Override
    public String name() {
      return "test.one-hidden-layer";
    }

    @Override
    public Block build(NetworkRequest request) {
      return new SequentialBlock()
          .add(Blocks.batchFlattenBlock())
          .add(
              Linear.builder()
                  .setUnits(Integer.parseInt(request.settings().getOrDefault("width", "8")))
                  .build())
          .add(Activation.reluBlock())
          .add(Linear.builder().setUnits(request.classes()).build());
    }
  }

  private static ModelSpec.Builder model(String name, Integer... widths) {
    return ModelSpec.newBuilder().setName(name).addAllHiddenWidths(List.of(widths));
  }

  private static void assertShapes(
      ModelSpec.Builder model, ImageShape images, int classes, List<Integer> elements)
      throws Exception {
    try (NDManager manager = NDManager.newBaseManager()) {
      SequentialBlock network = Networks.build(model.build(), images, classes);
      network.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
      network.initialize(manager, DataType.FLOAT32, new Shape(5, images.size()));

      assertThat(network.getOutputShapes(new Shape[] {new Shape(5, images.size())}))
          .containsExactly(new Shape(5, classes));
      assertThat(
              network.getParameters().values().stream()
                  .filter(parameter -> parameter.getType() == Parameter.Type.WEIGHT)
                  .map(parameter -> (int) parameter.getArray().size())
                  .toList())
          .isEqualTo(elements);
    }
  }

  @Test
  void vggHasThreeBlocksOfTwoConvolutionsThenFullyConnectedLayers() throws Exception {
    assertShapes(
        model("vgg", 256, 128).setChannels(32),
        COLOUR,
        100,
        List.of(
            3 * 32 * 9,
            32 * 32 * 9,
            32 * 64 * 9,
            64 * 64 * 9,
            64 * 128 * 9,
            128 * 128 * 9,
            128 * 4 * 4 * 256,
            256 * 128,
            128 * 100));
  }

  @Test
  void leNet5HasTheLayersOfItsPaper() throws Exception {
    assertShapes(
        model("lenet5", 120, 84),
        GREY,
        10,
        List.of(6 * 25, 6 * 16 * 25, 400 * 120, 120 * 84, 84 * 10));
  }

  @Test
  void resnetHasThreeStagesOfResidualBlocks() throws Exception {
    assertShapes(
        model("resnet").setChannels(16).setDepth(14),
        COLOUR,
        100,
        List.of(
            3 * 16 * 9,
            16 * 16 * 9,
            16 * 16 * 9,
            16 * 16 * 9,
            16 * 16 * 9,
            16 * 32 * 9,
            32 * 32 * 9,
            16 * 32,
            32 * 32 * 9,
            32 * 32 * 9,
            32 * 64 * 9,
            64 * 64 * 9,
            32 * 64,
            64 * 64 * 9,
            64 * 64 * 9,
            64 * 100));
    Block odd = Networks.build(model("resnet").setChannels(2).setDepth(8).build(), GREY, 10);
    try (NDManager manager = NDManager.newBaseManager()) {
      odd.initialize(manager, DataType.FLOAT32, new Shape(1, GREY.size()));
    }
    assertThat(odd.getOutputShapes(new Shape[] {new Shape(1, GREY.size())}))
        .containsExactly(new Shape(1, 10));
  }

  @Test
  void anMlpHasTheRequestedLayers() throws Exception {
    assertShapes(model("mlp", 20, 30, 40), GREY, 10, List.of(784 * 20, 20 * 30, 30 * 40, 40 * 10));
  }

  @Test
  void buildsAProvidedNetworkWithTheSettingsOfTheRun() throws Exception {
    assertShapes(
        model("test.one-hidden-layer").putSettings("width", "16"),
        COLOUR,
        7,
        List.of(3072 * 16, 16 * 7));
  }

  @Test
  void reportsTheSettingsThatANetworkRejects() {
    assertThatThrownBy(
            () ->
                Networks.build(
                    model("test.one-hidden-layer").putSettings("width", "wide").build(), GREY, 10))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("network test.one-hidden-layer rejects its settings")
        .hasMessageContaining("\"wide\"");
  }

  @Test
  void rejectsAnUnknownNetworkAndListsTheKnownOnes() {
    assertThatThrownBy(() -> Networks.build(model("vgg16").build(), GREY, 10))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "unknown model \"vgg16\"; this trainer knows: lenet5, mlp, resnet, vgg,"
                + " test.one-hidden-layer");
  }

  @Test
  void rejectsImagesThatAreTooSmall() {
    assertThatThrownBy(
            () -> Networks.build(model("vgg").setChannels(4).build(), new ImageShape(1, 28, 7), 10))
        .hasMessage(
            "vgg needs images of at least 8 × 8 pixels, not 28 × 7; choose mlp or larger images");
  }
}
