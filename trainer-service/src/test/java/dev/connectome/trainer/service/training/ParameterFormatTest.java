package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.trainer.service.data.ImageShape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against DJL's own way through the heap. */
class ParameterFormatTest {

  private final Model model = Model.newInstance("format", Device.cpu());
  private final NDManager manager = model.getNDManager();

  @AfterEach
  void close() {
    model.close();
  }

  private Block network(String name) throws Exception {
    ModelSpec.Builder spec = ModelSpec.newBuilder().setName(name);
    switch (name) {
      case "mlp" -> spec.addHiddenWidths(7).addHiddenWidths(5).setBatchNorm(true);
      case "vgg" -> spec.setChannels(2);
      case "resnet" -> spec.setChannels(2).setDepth(8);
      default -> {}
    }
    return Networks.build(spec.build(), new ImageShape(1, 28, 28), 10);
  }

  private Block initialized(Block network) {
    network.initialize(manager, DataType.FLOAT32, new Shape(2, 784));
    return network;
  }

  private static byte[] djl(Block network) throws Exception {
    var bytes = new ByteArrayOutputStream();
    network.saveParameters(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static byte[] streamed(Content content) throws Exception {
    var bytes = new ByteArrayOutputStream();
    content.writeTo(Channels.newChannel(bytes));
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "lenet5", "vgg", "resnet"})
  void networksAreWrittenReadAndCopiedAsDjlDoes(String name) throws Exception {
    Block network = initialized(network(name));
    List<NDArray> arrays =
        network.getParameters().values().stream().map(Parameter::getArray).toList();
    byte[] expected = djl(network);

    ParameterFormat format = ParameterFormat.of(network);
    assertThat(streamed(format.content(false))).isEqualTo(expected);
    assertThat(streamed(format.content(true))).isEqualTo(expected);
    assertThat(network.getParameters().values().stream().map(Parameter::getArray))
        .as("the network has its own arrays")
        .containsExactlyElementsOf(arrays);

    Block read = network(name);
    ParameterFormat.load(read, manager, new ByteArrayInputStream(expected));
    assertThat(djl(read)).isEqualTo(expected);

    Block copy = network(name);
    format.copyTo(copy, manager);
    assertThat(djl(copy)).isEqualTo(expected);

    Block byDjl = network(name);
    byDjl.loadParameters(
        manager, new DataInputStream(new ByteArrayInputStream(streamed(format.content(false)))));
    assertThat(djl(byDjl)).isEqualTo(expected);
  }

  @Test
  void aCopyStaysAsItWas() throws Exception {
    Block network = initialized(network("mlp"));
    byte[] before = djl(network);
    try (Content copy = ParameterFormat.of(network).content(true)) {
      network.getParameters().values().forEach(parameter -> parameter.getArray().addi(1));

      assertThat(streamed(copy)).isEqualTo(before);
    }
    assertThat(djl(network)).isNotEqualTo(before);
  }

  @Test
  void listsOfArraysAreAsDjlWritesThem() throws Exception {
    NDArray vector = manager.arange(5f);
    vector.setName("weight:momentum");
    NDArray matrix = manager.ones(new Shape(3, 4), DataType.INT64);
    var list = new NDList(vector, matrix);

    byte[] text = {0, 0, 0, 2};
    Content content = ArrayContent.of(text, List.of(4, 4), list, false);
    assertThat(streamed(content)).isEqualTo(list.encode());
    assertThat(content.bytes()).isLessThan(list.encode().length);
  }

  @Test
  void parametersOfAnotherNetworkOrCutOffAreRefused() throws Exception {
    byte[] bytes = djl(initialized(network("mlp")));
    assertThatThrownBy(
            () ->
                ParameterFormat.load(
                    new SequentialBlock().add(Linear.builder().setUnits(3).build()),
                    manager,
                    new ByteArrayInputStream(bytes, 0, bytes.length / 2)))
        .isInstanceOf(IOException.class);
  }
}
