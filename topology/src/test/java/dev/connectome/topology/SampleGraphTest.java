package dev.connectome.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleGraphTest {

  private final SignatureWorkspace workspace = new SignatureWorkspace();

  @AfterEach
  void close() {
    workspace.close();
  }

  private SampleGraph graph(float[]... points) {
    return graph(0, points[0].length, points);
  }

  private SampleGraph graph(int first, int width, float[]... points) {
    try (ActivationMatrix activations = Snapshots.matrix(points)) {
      return SampleGraph.of(activations, first, width, workspace);
    }
  }

  private static float[][] random(int samples, int width, long seed) {
    var random = new Random(seed);
    var points = new float[samples][width];
    for (float[] point : points) {
      for (int m = 0; m < width; m++) {
        point[m] = (float) Math.max(0, random.nextGaussian());
      }
    }
    return points;
  }

  @Test
  void onALineTheNeighboursAreThoseNextToIt() {
    SampleGraph graph = graph(new float[][] {{0, 0}, {1, 0}, {3, 0}, {7, 0}, {8, 0}});

    assertThat(graph.neighbours(1).toArray()).containsExactly(1, 0, 1, 4, 3);
    assertThat(graph.tree().toArray()).containsExactly(0, 1, 1, 2, 2, 3, 3, 4);
  }

  @Test
  void ofEquallyNearInputsTheFirstIsTaken() {
    SampleGraph graph = graph(new float[][] {{0, 0}, {0, 1}, {1, 0}, {0, -1}, {-1, 0}});

    assertThat(Arrays.copyOf(graph.neighbours(2).toArray(), 2)).containsExactly(1, 2);
  }

  @Test
  void duplicatesAreNeighboursInTheirOrder() {
    var points = new float[][] {{5, 1}, {2, 2}, {5, 1}, {5, 1}, {2, 2}, {9, 9}};
    SampleGraph graph = graph(points);

    assertThat(graph.neighbours(2).toArray())
        .containsExactly(NaiveSampleGraph.neighbours(points, 2));
  }

  @Test
  void aLayerThatSaysNothingHasTheFirstInputsAsNeighbours() {
    SampleGraph graph = graph(new float[][] {{3, 3}, {3, 3}, {3, 3}, {3, 3}});

    assertThat(graph.neighbours(2).toArray()).containsExactly(1, 2, 0, 2, 0, 1, 0, 1);
  }

  @Test
  void fewerInputsThanNeighboursAreAllNeighbours() {
    assertThat(graph(new float[][] {{0, 0}, {1, 1}, {2, 2}}).neighbours(10).k()).isEqualTo(2);
    SampleGraph one = graph(new float[][] {{1, 2}});
    assertThat(one.neighbours(10).k()).isZero();
    assertThat(one.tree().toArray()).isEmpty();
  }

  @Test
  void onlyTheColumnsOfTheLayerCount() {
    var points = random(40, 12, 3);
    var layer = new float[40][];
    for (int i = 0; i < 40; i++) {
      layer[i] = Arrays.copyOfRange(points[i], 5, 9);
    }

    assertThat(graph(5, 4, points).neighbours(3).toArray())
        .containsExactly(NaiveSampleGraph.neighbours(layer, 3));
    assertThatThrownBy(() -> graph(9, 4, points))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("columns 9 to 12 are not among the 12");
  }

  @ParameterizedTest
  @CsvSource({"2,1,1", "11,3,10", "60,2,10", "200,64,10", "130,300,5", "257,33,1"})
  void theNeighboursAreThoseOfTheDefinition(int samples, int width, int k) {
    var points = random(samples, Math.max(2, width), samples + 31L * width);

    assertThat(graph(points).neighbours(k).toArray())
        .containsExactly(NaiveSampleGraph.neighbours(points, Math.min(k, samples - 1)));
  }

  @Test
  void aLargeCommonOffsetAndTinyDifferencesCostNoAccuracy() {
    var points = random(100, 20, 8);
    for (float[] point : points) {
      for (int m = 0; m < point.length; m++) {
        point[m] = 4096 + point[m] / 64;
      }
    }
    points[70] = points[3].clone();
    points[70][4] = Math.nextUp(points[70][4]);
    points[71] = points[3].clone();

    assertThat(graph(points).neighbours(4).toArray())
        .containsExactly(NaiveSampleGraph.neighbours(points, 4));
  }

  @Test
  void valuesAtTheEndOfTheRangeAreCompared() {
    var points = random(30, 6, 5);
    for (float[] point : points) {
      for (int m = 0; m < point.length; m++) {
        point[m] *= 1e37f;
      }
    }

    assertThat(graph(points).neighbours(3).toArray())
        .containsExactly(NaiveSampleGraph.neighbours(points, 3));
  }

  @ParameterizedTest
  @CsvSource({"2,2", "50,3", "150,40"})
  void theTreeIsMinimal(int samples, int width) {
    var points = random(samples, width, 17L * samples + width);
    int[] ends = graph(points).tree().toArray();

    double length = 0;
    for (int end = 0; end < ends.length; end += 2) {
      length += NaiveSampleGraph.distance(points, ends[end], ends[end + 1]);
    }
    assertThat(ends).hasSize(2 * (samples - 1));
    assertThat(length).isCloseTo(NaiveSampleGraph.treeLength(points), within(1e-4 * length));
  }

  @Test
  void aValueThatIsNotFiniteIsNamed() {
    var points = random(10, 4, 1);
    points[6][3] = Float.NaN;

    assertThatThrownBy(() -> graph(2, 2, points))
        .isInstanceOf(NonFiniteActivationException.class)
        .hasMessage("the activation of neuron 3 for sample 6 is NaN");
    assertThat(graph(0, 2, points).samples()).isEqualTo(10);
  }
}
