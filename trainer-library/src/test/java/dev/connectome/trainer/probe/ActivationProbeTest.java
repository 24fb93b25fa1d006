package dev.connectome.trainer.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.XavierInitializer;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ActivationProbeTest {

  private final NDManager manager = NDManager.newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  private Block initialised(Block network, int inputs) {
    network.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
    network.initialize(manager, DataType.FLOAT32, new Shape(1, inputs));
    return network;
  }

  private ActivationProbe probe(Block network, NDArray inputs, int maxNeurons) {
    return new ActivationProbe(
        network, new NDList(inputs), List.of(), maxNeurons, 42, true, Clock.systemUTC());
  }

  private static Linear linear(int units) {
    return Linear.builder().setUnits(units).build();
  }

  private static float[] values(ActivationSnapshot snapshot) {
    ByteBuffer bytes = snapshot.rows(0, snapshot.samples());
    var values = new float[snapshot.samples() * snapshot.neurons()];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  @Test
  void observesHiddenNeuronsAfterTheirNonLinearity() {
    Block network =
        initialised(
            new SequentialBlock()
                .add(linear(2))
                .add(Activation.leakyReluBlock(0.1f))
                .add(linear(1))
                .add(Activation.leakyReluBlock(0.1f))
                .add(linear(3)),
            2);
    List<Parameter> parameters = network.getParameters().values();
    parameters.get(0).getArray().set(new float[] {1, 0, 0, -1});
    parameters.get(1).getArray().set(new float[] {0, 1});
    parameters.get(2).getArray().set(new float[] {2, 1});
    parameters.get(3).getArray().set(new float[] {-1});
    parameters.get(4).getArray().set(new float[] {-1, 1, 1.5f});
    parameters.get(5).getArray().set(new float[] {0, 0, -2});
    NDArray inputs = manager.create(new float[] {3, 2, -5, -4}, new Shape(2, 2));

    ActivationSnapshot snapshot = probe(network, inputs, 100).observe(7, Map.of("trainLoss", 0.5));

    // First sample: 3 and -2+1 -> 3, -0.1; then 6-0.1-1 = 4.9. Second: -5, 5 -> -0.5, 5; then
    // -1+5-1 = 3.
    assertThat(values(snapshot))
        .containsExactly(new float[] {3, -0.1f, 4.9f, -0.5f, 5, 3}, within(1e-6f));
    assertThat(snapshot.layers())
        .containsExactly(
            new ActivationSnapshot.Layer("dense1", 2), new ActivationSnapshot.Layer("dense2", 1));
    assertThat(snapshot.predictedClasses()).containsExactly(2, 1);
    assertThat(snapshot.epoch()).isEqualTo(7);
    assertThat(snapshot.metrics()).containsEntry("trainLoss", 0.5);
  }

  @Test
  void observesInferenceAndDoesNotChangeTheNetwork() {
    var hidden =
        new SequentialBlock()
            .add(linear(20))
            .add(BatchNorm.builder().build())
            .add(Activation.leakyReluBlock(0.01f));
    Block network =
        initialised(
            new SequentialBlock()
                .add(hidden)
                .add(Dropout.builder().optRate(0.5f).build())
                .add(linear(4)),
            6);
    NDArray inputs = manager.randomNormal(new Shape(50, 6));
    float[] expected =
        hidden
            .forward(new ParameterStore(manager, false), new NDList(inputs), false)
            .singletonOrThrow()
            .toFloatArray();
    ActivationProbe probe = probe(network, inputs, 100);

    assertThat(values(probe.observe(1, Map.of()))).isEqualTo(expected);
    assertThat(values(probe.observe(2, Map.of()))).isEqualTo(expected);
  }

  @Test
  void recordsWhatTheWholeNetworkPredictsInAllBatchesOfThePass() {
    Block hidden = new SequentialBlock().add(linear(20)).add(Activation.leakyReluBlock(0.01f));
    for (Block first : List.of(hidden, Observed.of(hidden))) {
      Block network = initialised(new SequentialBlock().add(first).add(linear(4)), 6);
      NDArray inputs = manager.randomNormal(new Shape(1_200, 6));
      long[] expected =
          network
              .forward(new ParameterStore(manager, false), new NDList(inputs), false)
              .singletonOrThrow()
              .argMax(1)
              .toLongArray();

      ActivationSnapshot snapshot = probe(network, inputs, 100).observe(1, Map.of());

      assertThat(Arrays.stream(snapshot.predictedClasses()).asLongStream().toArray())
          .isEqualTo(expected);
      assertThat(snapshot.neurons()).isEqualTo(20);
    }
  }

  @Test
  void recordsNoClassesWhereThereAreNone() {
    NDArray inputs = manager.randomNormal(new Shape(5, 6));
    Block oneOutput = initialised(new SequentialBlock().add(linear(3)).add(linear(1)), 6);
    Block regression = initialised(new SequentialBlock().add(linear(3)).add(linear(2)), 6);
    var notAsked =
        new ActivationProbe(
            regression, new NDList(inputs), List.of(), 100, 42, false, Clock.systemUTC());

    assertThat(probe(oneOutput, inputs, 100).observe(1, Map.of()).predictedClasses()).isEmpty();
    assertThat(notAsked.observe(1, Map.of()).predictedClasses()).isEmpty();
  }

  @Test
  void observesTheSameSubsetOfTooManyNeurons() {
    Block network =
        initialised(
            new SequentialBlock()
                .add(linear(30))
                .add(Activation.leakyReluBlock(0.01f))
                .add(linear(30))
                .add(linear(2)),
            6);
    NDArray inputs = manager.randomNormal(new Shape(5, 6));
    float[] all = values(probe(network, inputs, 60).observe(1, Map.of()));

    ActivationSnapshot some = probe(network, inputs, 10).observe(1, Map.of());

    assertThat(some.neurons()).isEqualTo(10);
    assertThat(some.layers()).extracting(ActivationSnapshot.Layer::neurons).hasSize(2);
    assertThat(values(some)).isEqualTo(values(probe(network, inputs, 10).observe(2, Map.of())));
    for (float value : values(some)) {
      assertThat(all).contains(value);
    }
  }

  @Test
  void rejectsNetworksThatCannotBeObserved() {
    NDArray inputs = manager.ones(new Shape(1, 2));

    assertThatThrownBy(() -> probe(new SequentialBlock().add(linear(2)), inputs, 10))
        .hasMessage("the network has no hidden layer to observe; wrap one in Observed.of(layer)");
    var parallel = new ParallelBlock(lists -> lists.get(0)).add(linear(2)).add(linear(2));
    assertThatThrownBy(() -> probe(new SequentialBlock().add(parallel), inputs, 10))
        .hasMessage(
            "only networks of nested sequential blocks can be observed as they are, and"
                + " ParallelBlock is not one; wrap the layers to observe in Observed.of(layer)");
    Block known = new SequentialBlock().add(linear(2)).add(linear(3)).add(linear(2));
    assertThatThrownBy(() -> ActivationProbe.check(known, List.of("dense3")))
        .hasMessage("the network has no hidden layer \"dense3\"; it has: dense1, dense2");
    Block twice =
        new SequentialBlock().add(Observed.of("a", linear(2))).add(Observed.of("a", linear(2)));
    assertThatThrownBy(() -> ActivationProbe.check(twice, List.of()))
        .hasMessage("two observed layers are called \"a\"; give them different names");
  }

  private static Block convolutional() {
    return new SequentialBlock()
        .add(convolution(3))
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
        .add(convolution(5))
        .add(Blocks.batchFlattenBlock())
        .add(linear(7))
        .add(Activation.reluBlock())
        .add(linear(2));
  }

  private static Conv2d convolution(int filters) {
    return Conv2d.builder().setFilters(filters).setKernelShape(new Shape(3, 3)).build();
  }

  @Test
  void layersAreChosenByNameOrType() {
    assertThat(ActivationProbe.check(convolutional(), List.of())).containsExactly("dense1");
    assertThat(ActivationProbe.check(convolutional(), List.of("dense", "conv2")))
        .containsExactly("conv2", "dense1");
    assertThat(ActivationProbe.check(convolutional(), List.of("conv")))
        .containsExactly("conv1", "conv2");
  }

  @Test
  void observesTheSpatialMeanOfEachChannelOfAConvolution() {
    Block network = convolutional();
    network.setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
    network.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 12, 12));
    NDArray inputs = manager.randomNormal(new Shape(300, 1, 12, 12));
    var firstLayers = new SequentialBlock();
    network.getChildren().values().subList(0, 3).forEach(firstLayers::add);
    float[] expected =
        firstLayers
            .forward(new ParameterStore(manager, false), new NDList(inputs), false)
            .singletonOrThrow()
            .reshape(300, 3, -1)
            .mean(new int[] {2})
            .toFloatArray();

    ActivationSnapshot snapshot =
        new ActivationProbe(
                network, new NDList(inputs), List.of("conv1"), 100, 42, false, Clock.systemUTC())
            .observe(1, Map.of());

    assertThat(snapshot.layers()).containsExactly(new ActivationSnapshot.Layer("conv1", 3));
    assertThat(values(snapshot)).containsExactly(expected, within(1e-6f));
  }

  @Test
  void observesWrappedLayersInAnyNetwork() {
    Block left = Observed.of("left", new SequentialBlock().add(linear(3)).add(Activation::relu));
    Block right = Observed.of(linear(4));
    Block network =
        initialised(
            new SequentialBlock()
                .add(
                    new ParallelBlock(
                            lists -> new NDList(lists.get(0).head().concat(lists.get(1).head(), 1)))
                        .add(left)
                        .add(right))
                .add(linear(2)),
            6);
    NDArray inputs = manager.randomNormal(new Shape(200, 6));
    NDArray expected =
        right
            .forward(new ParameterStore(manager, false), new NDList(inputs), false)
            .singletonOrThrow();

    assertThat(ActivationProbe.check(network, List.of())).containsExactly("left", "dense1");
    ActivationSnapshot both = probe(network, inputs, 100).observe(1, Map.of());
    assertThat(both.layers()).extracting(ActivationSnapshot.Layer::neurons).containsExactly(3, 4);

    ActivationSnapshot one =
        new ActivationProbe(
                network, new NDList(inputs), List.of("dense"), 100, 42, false, Clock.systemUTC())
            .observe(1, Map.of());
    // Both hold a fully connected layer.
    assertThat(one.neurons()).isEqualTo(7);
    ActivationSnapshot named =
        new ActivationProbe(
                network, new NDList(inputs), List.of("dense1"), 100, 42, false, Clock.systemUTC())
            .observe(1, Map.of());
    assertThat(values(named)).containsExactly(expected.toFloatArray(), within(1e-5f));
  }
}
