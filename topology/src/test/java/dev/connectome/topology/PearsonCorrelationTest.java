package dev.connectome.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PearsonCorrelationTest {

  @ParameterizedTest
  @CsvSource({"1000, 40, 0", "10000, 12, 0", "1000, 40, 1000", "10000, 12, 1000", "5, 30, 0"})
  void agreesWithDoublePrecisionEvenIfTheMeanIsAThousandDeviations(
      int samples, int neurons, float mean) {
    float[][] activations = Snapshots.random(samples, neurons, samples + neurons);
    for (float[] row : activations) {
      for (int neuron = 0; neuron < neurons; neuron++) {
        row[neuron] += mean;
      }
    }
    double[][] expected = NaiveSignature.of(activations).connectome;

    FunctionalConnectome connectome = Snapshots.connectome(activations);

    for (int i = 0; i < neurons; i++) {
      for (int j = 0; j < neurons; j++) {
        assertThat((double) connectome.weight(i, j)).isCloseTo(expected[i][j], within(2e-6));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1_000, 10_000})
  void oneExplodingSampleCostsLittleAccuracy(int samples) {
    float[] exploded = {1e6f, -1e6f, -3e5f, 7e4f, 1e6f, 1f};
    float[][] activations = Snapshots.random(samples, exploded.length, samples);
    activations[0] = exploded;
    double[][] expected = NaiveSignature.of(activations).connectome;

    FunctionalConnectome connectome = Snapshots.connectome(activations);

    for (int i = 0; i < exploded.length; i++) {
      for (int j = 0; j < exploded.length; j++) {
        assertThat((double) connectome.weight(i, j)).isCloseTo(expected[i][j], within(1e-5));
      }
    }
  }

  @Test
  void aConstantColumnHasCorrelationZeroWithEveryOther() {
    float[][] activations = {{1, 0.1f, 3}, {2, 0.1f, 2}, {3, 0.1f, 1}};

    FunctionalConnectome connectome = Snapshots.connectome(activations);

    assertThat(connectome.weight(0, 1)).isZero();
    assertThat(connectome.weight(1, 2)).isZero();
    assertThat(connectome.weight(0, 2)).isEqualTo(1f, within(1e-6f));
  }

  @Test
  void oneSampleCorrelatesNothingAndTwoSamplesEverything() {
    assertThat(Snapshots.connectome(new float[][] {{1, 2, 3}}).weight(0, 2)).isZero();
    assertThat(Snapshots.connectome(new float[][] {{1, 2, 3}, {2, 7, -1}}).weight(0, 2))
        .isEqualTo(1f, within(1e-6f));
  }

  @Test
  void everyWeightIsInTheUnitInterval() {
    float[][] activations = Snapshots.random(333, 8, 5);
    for (float[] row : activations) {
      row[5] = row[2];
      row[6] = -3 * row[2];
    }

    FunctionalConnectome connectome = Snapshots.connectome(activations);

    assertThat(connectome.weight(2, 5)).isBetween(1 - 1e-6f, 1f);
    assertThat(connectome.weight(6, 2)).isBetween(1 - 1e-6f, 1f);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void rejectsAValueThatIsNotFiniteAndSaysWhereItIs(float value) {
    float[][] activations = Snapshots.random(20, 4, 1);
    activations[7][2] = value;

    assertThatThrownBy(() -> Snapshots.connectome(activations))
        .isInstanceOfSatisfying(
            NonFiniteActivationException.class,
            e -> {
              assertThat(e.sample()).isEqualTo(7);
              assertThat(e.neuron()).isEqualTo(2);
            })
        .hasMessage("the activation of neuron 2 for sample 7 is " + value);
  }

  @Test
  void hugeValuesDoNotOverflow() {
    float[][] activations = {{3e38f, -3e38f}, {-3e38f, 3e38f}, {3e38f, -2e38f}};

    assertThat(Snapshots.connectome(activations).weight(0, 1)).isBetween(0.9f, 1f);
  }

  @Test
  void blocksOfRowsInAnyOrderGiveTheSameBits() {
    float[][] activations = Snapshots.random(100, 7, 3);
    try (ActivationMatrix matrix = ActivationMatrix.allocate(100, 7);
        SignatureWorkspace workspace = new SignatureWorkspace()) {
      for (int first : new int[] {60, 0, 90, 30}) {
        int count = first == 90 ? 10 : 30;
        ByteBuffer block =
            ByteBuffer.allocate(count * 7 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = first; row < first + count; row++) {
          for (float value : activations[row]) {
            block.putFloat(value);
          }
        }
        matrix.putRows(first, count, block.flip());
      }

      assertThat(triangle(PearsonCorrelation.connectome(matrix, workspace)))
          .isEqualTo(triangle(Snapshots.connectome(activations)));
    }
  }

  @Test
  void aWorkspaceCanBeUsedForSnapshotsOfAnyShape() {
    try (SignatureWorkspace workspace = new SignatureWorkspace()) {
      for (int neurons : new int[] {20, 5, 31, 2}) {
        float[][] activations = Snapshots.random(50, neurons, new Random(neurons).nextLong());
        try (ActivationMatrix matrix = Snapshots.matrix(activations)) {
          assertThat(triangle(PearsonCorrelation.connectome(matrix, workspace)))
              .isEqualTo(triangle(Snapshots.connectome(activations)));
        }
      }
    }
  }

  @Test
  void closedResultsReleaseTheirMemoryAndOpenOnesKeepTheirs() {
    try (SignatureWorkspace workspace = new SignatureWorkspace();
        ActivationMatrix first = Snapshots.matrix(Snapshots.random(50, 120, 1));
        ActivationMatrix second = Snapshots.matrix(Snapshots.random(50, 120, 2))) {
      FunctionalConnectome closed = PearsonCorrelation.connectome(first, workspace);
      float[] memory = closed.triangle();
      TopologicalSignature kept = TopologicalSignature.of(closed, workspace);
      closed.close();

      FunctionalConnectome next = PearsonCorrelation.connectome(second, workspace);
      TopologicalSignature.of(next, workspace);

      assertThat(next.triangle()).isSameAs(memory);
      assertThat(triangle(next))
          .isEqualTo(triangle(Snapshots.connectome(Snapshots.random(50, 120, 2))));
      assertThat(kept.deaths())
          .isEqualTo(Snapshots.signature(Snapshots.random(50, 120, 1)).deaths());
      assertThatThrownBy(() -> closed.weight(0, 1)).hasMessage("this connectome has been closed");
      kept.close();
      assertThatThrownBy(kept::births).hasMessage("this signature has been closed");
    }
  }

  @Test
  void rejectsShapesThatAreTooSmall() {
    assertThatThrownBy(() -> ActivationMatrix.allocate(0, 5))
        .hasMessage("a snapshot needs at least 1 sample, not 0");
    assertThatThrownBy(() -> ActivationMatrix.allocate(5, 1))
        .hasMessage("a connectome needs at least 2 neurons, not 1");
    try (ActivationMatrix matrix = ActivationMatrix.allocate(10, 2)) {
      assertThatThrownBy(() -> matrix.putRows(9, 2, ByteBuffer.allocate(16)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("rows 9 to 11");
      assertThatThrownBy(() -> matrix.putRows(0, 2, ByteBuffer.allocate(15)))
          .hasMessage("2 rows of 2 float32 need 16 bytes, not 15");
    }
  }

  private static float[] triangle(FunctionalConnectome connectome) {
    int neurons = connectome.neurons();
    FloatBuffer triangle = FloatBuffer.allocate(neurons * (neurons - 1) / 2);
    connectome.writeUpperTriangle(triangle);
    return triangle.array();
  }
}
