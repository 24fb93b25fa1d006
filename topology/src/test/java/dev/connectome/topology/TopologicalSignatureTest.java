package dev.connectome.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopologicalSignatureTest {

  /** Edges 01 02 03 12 13 23. */
  private static FunctionalConnectome square(float... weights) {
    return FunctionalConnectome.ofUpperTriangle(4, FloatBuffer.wrap(weights));
  }

  @Test
  void matchesASquareWithDiagonalsComputedByHand() {
    // Strongest first: 01 .9, 12 .8, 02 .7 closes a cycle, 23 .6.
    var signature = TopologicalSignature.of(square(0.9f, 0.7f, 0.1f, 0.8f, 0.2f, 0.6f));

    assertThat(signature.births()).containsExactly(0.6f, 0.8f, 0.9f);
    assertThat(signature.deaths()).containsExactly(0.1f, 0.2f, 0.7f);
  }

  @Test
  void tiesAndZerosDoNotChangeTheSizes() {
    var ties = TopologicalSignature.of(square(0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f));
    var zeros = TopologicalSignature.of(square(0, 0, 0, 0, 0, 0.3f));

    assertThat(ties.births()).containsExactly(0.5f, 0.5f, 0.5f);
    assertThat(ties.deaths()).containsExactly(0.5f, 0.5f, 0.5f);
    assertThat(zeros.births()).containsExactly(0, 0, 0.3f);
    assertThat(zeros.deaths()).containsExactly(0, 0, 0);
  }

  @Test
  void twoNeuronsHaveOneBirthAndNoDeath() {
    var signature =
        TopologicalSignature.of(
            FunctionalConnectome.ofUpperTriangle(2, FloatBuffer.wrap(new float[] {0.4f})));

    assertThat(signature.births()).containsExactly(0.4f);
    assertThat(signature.deathCount()).isZero();
    assertThat(signature.deathLevels().quantiles()).isEmpty();
    assertThat(signature.deathLevels().mean()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 17, 64, 200})
  void agreesWithTheDefinitionComputedNaively(int neurons) {
    float[][] activations = Snapshots.random(150, neurons, neurons);
    var expected = NaiveSignature.of(activations);

    TopologicalSignature signature = Snapshots.signature(activations);

    assertThat(toDouble(signature.births())).containsExactly(expected.births, within(1e-5));
    assertThat(toDouble(signature.deaths())).containsExactly(expected.deaths, within(1e-5));
  }

  @Test
  void sortsManyWeightsLikeTheJdk() {
    int neurons = 300;
    var random = new Random(7);
    var weights = new float[neurons * (neurons - 1) / 2];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i % 10 == 0 ? i % 20 / 10f : random.nextFloat();
    }
    weights[5] = Float.MIN_VALUE;
    var excluded = new int[] {0, 1, 77, weights.length - 1};
    var expected = new float[weights.length - excluded.length];
    System.arraycopy(weights, 2, expected, 0, 75);
    System.arraycopy(weights, 78, expected, 75, expected.length - 75);
    Arrays.sort(expected);

    var sorted = new float[expected.length];
    WeightSort.sortOthers(weights, excluded, sorted, IntBuffer.allocate(sorted.length));

    assertThat(sorted).isEqualTo(expected);
  }

  @Test
  void levelsDescribeTheSet() {
    SignatureLevels levels = SignatureLevels.of(new float[] {0, 0.25f, 0.5f, 0.75f, 1});

    assertThat(levels.mean()).isEqualTo(0.5);
    assertThat(levels.standardDeviation()).isEqualTo(Math.sqrt(0.125), within(1e-12));
    assertThat(levels.quantiles()).hasSize(65).isSorted();
    assertThat(levels.quantiles()[0]).isZero();
    assertThat(levels.quantiles()[16]).isEqualTo(0.25f);
    assertThat(levels.quantiles()[8]).isEqualTo(0.125f);
    assertThat(levels.quantiles()[64]).isOne();
  }

  @Test
  void rejectsWeightsOutsideTheUnitInterval() {
    assertThatThrownBy(() -> square(0, 0, 0, 0, 0, 1.5f))
        .hasMessage("a weight must be in [0, 1], not 1.5");
    assertThatThrownBy(() -> square(0, 0, 0, 0, 0, Float.NaN))
        .hasMessage("a weight must be in [0, 1], not NaN");
    assertThatThrownBy(() -> square(0, 0)).hasMessage("4 neurons have 6 edges, not 2");
  }

  private static double[] toDouble(float[] values) {
    var doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }
}
