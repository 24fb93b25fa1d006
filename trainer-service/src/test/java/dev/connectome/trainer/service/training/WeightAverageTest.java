package dev.connectome.trainer.service.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The average against a naive one in double precision, over weights that change at random. */
class WeightAverageTest {

  private static final int STEPS = 200;

  private final Model model = Model.newInstance("average", Device.cpu());
  private final NDManager manager = model.getNDManager();
  private final Random random = new Random(7);

  @AfterEach
  void close() {
    model.close();
  }

  private static SequentialBlock block() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(5).build())
        .add(BatchNorm.builder().build())
        .add(Linear.builder().setUnits(3).build());
  }

  private Block network() {
    Block network = block();
    network.initialize(manager, DataType.FLOAT32, new Shape(1, 4));
    return network;
  }

  /** All parameters get random values, as far from one another as weights are. */
  private void step(Block network) {
    for (Parameter parameter : network.getParameters().values()) {
      var values = new float[(int) parameter.getArray().size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      parameter.getArray().set(values);
    }
  }

  private static List<double[]> values(Block network) {
    List<double[]> all = new ArrayList<>();
    for (Pair<String, Parameter> parameter : network.getParameters()) {
      float[] values = parameter.getValue().getArray().toFloatArray();
      var copy = new double[values.length];
      for (int i = 0; i < values.length; i++) {
        copy[i] = values[i];
      }
      all.add(copy);
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.25, 1, 3.5, 120, 5000})
  void isTheExponentialMovingAverageOfWhatIsTrained(double timeConstant) {
    Block network = network();
    var average = new WeightAverage(network, block(), manager, timeConstant);
    assertThat(average.averaged()).isEmpty();
    double decay = Math.max(0, 1 - 1 / timeConstant);
    List<double[]> expected = List.of();
    for (int step = 1; step <= STEPS; step++) {
      step(network);
      average.update();
      List<double[]> weights = values(network);
      if (step == 1) {
        expected = weights;
      } else {
        for (int p = 0; p < weights.size(); p++) {
          for (int i = 0; i < weights.get(p).length; i++) {
            expected.get(p)[i] = decay * expected.get(p)[i] + (1 - decay) * weights.get(p)[i];
          }
        }
      }
    }
    List<double[]> live = values(network);
    List<double[]> averaged = values(average.averaged().orElseThrow());
    List<Parameter> parameters = network.getParameters().values();
    int trained = 0;
    for (int p = 0; p < live.size(); p++) {
      boolean isTrained = parameters.get(p).requiresGradient();
      trained += isTrained ? 1 : 0;
      assertThat(averaged.get(p))
          .as(network.getParameters().keys().get(p))
          .containsExactly(isTrained ? expected.get(p) : live.get(p), within(3e-5));
    }
    assertThat(trained).isEqualTo(6);
    assertThat(live).hasSize(8);
  }

  @Test
  void aSmallStepFromLargeWeightsIsNotLost() {
    Block network = network();
    network
        .getParameters()
        .values()
        .forEach(parameter -> parameter.getArray().set(full(parameter, 100)));
    var average = new WeightAverage(network, block(), manager, 10_000);
    average.update();
    network
        .getParameters()
        .values()
        .forEach(parameter -> parameter.getArray().set(full(parameter, 101)));
    for (int step = 0; step < 10_000; step++) {
      average.update();
    }
    double wanted = 101 - Math.pow(1 - 1e-4, 10_000);
    assertThat(values(average.averaged().orElseThrow()).get(0)[0]).isCloseTo(wanted, within(0.05));
  }

  private static float[] full(Parameter parameter, float value) {
    var values = new float[(int) parameter.getArray().size()];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void theAveragedNetworkComputesWithTheStatisticsOfTheLiveOne() {
    Block network = network();
    var average = new WeightAverage(network, block(), manager, 1);
    step(network);
    average.update();
    for (Parameter parameter : network.getParameters().values()) {
      if (!parameter.requiresGradient()) {
        parameter.getArray().set(full(parameter, 2));
      }
    }
    NDArray inputs = manager.randomNormal(new Shape(6, 4));
    float[] live = forward(network, inputs);

    assertThat(forward(average.averaged().orElseThrow(), inputs)).isEqualTo(live);
  }

  private float[] forward(Block network, NDArray inputs) {
    return network
        .forward(new ParameterStore(manager, false), new NDList(inputs), false)
        .singletonOrThrow()
        .toFloatArray();
  }
}
