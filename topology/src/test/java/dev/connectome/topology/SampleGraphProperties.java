package dev.connectome.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What must not matter does not. Distances are all different here: ties are the tests' matter. */
class SampleGraphProperties {

  @Property(tries = 60)
  void theOrderOfTheInputsDoesNotMatter(
      @ForAll @IntRange(min = 3, max = 80) int samples, @ForAll long seed) {
    Drawn drawn = new Drawn(samples, 6, seed);
    int[] order = shuffled(samples, seed);
    var points = new float[samples][];
    var classes = new int[samples];
    for (int i = 0; i < samples; i++) {
      points[i] = drawn.points[order[i]];
      classes[i] = drawn.classes[order[i]];
    }

    assertSame(signals(points, classes), signals(drawn.points, drawn.classes));
  }

  @Property(tries = 60)
  void theOrderOfTheNeuronsDoesNotMatter(
      @ForAll @IntRange(min = 3, max = 80) int samples, @ForAll long seed) {
    Drawn drawn = new Drawn(samples, 8, seed);
    int[] order = shuffled(8, seed);
    var points = new float[samples][8];
    for (int i = 0; i < samples; i++) {
      for (int m = 0; m < 8; m++) {
        points[i][m] = drawn.points[i][order[m]];
      }
    }

    assertSame(signals(points, drawn.classes), signals(drawn.points, drawn.classes));
  }

  @Property(tries = 60)
  void neitherScaleNorOffsetMatters(
      @ForAll @IntRange(min = 3, max = 80) int samples,
      @ForAll @IntRange(min = -60, max = 60) int exponent,
      @ForAll long seed) {
    Drawn drawn = new Drawn(samples, 5, seed);
    var points = new float[samples][5];
    for (int i = 0; i < samples; i++) {
      for (int m = 0; m < 5; m++) {
        points[i][m] = Math.scalb(drawn.points[i][m] + 2, exponent);
      }
    }

    assertSame(signals(points, drawn.classes), signals(drawn.points, drawn.classes));
  }

  @Property(tries = 60)
  void agreementIsAtMostOneAndTurnoverAShare(
      @ForAll @IntRange(min = 2, max = 80) int samples, @ForAll long seed) {
    Drawn one = new Drawn(samples, 4, seed);
    Drawn other = new Drawn(samples, 4, ~seed);
    double[] signals = signals(one.points, one.classes);

    assertThat(signals[0]).isLessThanOrEqualTo(1);
    assertThat(signals[1]).isLessThanOrEqualTo(1);
    assertThat(neighbours(other.points).turnoverSince(neighbours(one.points)).getAsDouble())
        .isBetween(0.0, 1.0);
    assertThat(neighbours(one.points).turnoverSince(neighbours(one.points))).hasValue(0);
  }

  private static void assertSame(double[] signals, double[] expected) {
    for (int s = 0; s < expected.length; s++) {
      assertThat(signals[s]).isCloseTo(expected[s], within(1e-9));
    }
  }

  private static int[] shuffled(int count, long seed) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    return order.stream().mapToInt(Integer::intValue).toArray();
  }

  private static NeighbourTable neighbours(float[][] points) {
    return graph(points).neighbours(10);
  }

  private static double[] signals(float[][] points, int[] classes) {
    SampleGraph graph = graph(points);
    PredictedClasses predicted = PredictedClasses.of(classes);
    return new double[] {
      predicted.agreement(graph.neighbours(10)).getAsDouble(),
      predicted.agreement(graph.tree()).getAsDouble()
    };
  }

  private static SampleGraph graph(float[][] points) {
    try (SignatureWorkspace workspace = new SignatureWorkspace();
        ActivationMatrix activations = Snapshots.matrix(points)) {
      return SampleGraph.of(activations, 0, points[0].length, workspace);
    }
  }

  /** Points on a grid so fine that sums of squares are exact, and no two distances tie. */
  private static final class Drawn {
    final float[][] points;
    final int[] classes;

    Drawn(int samples, int width, long seed) {
      var random = new Random(seed);
      points = new float[samples][width];
      classes = random.ints(samples, 0, 3).toArray();
      for (float[] point : points) {
        for (int m = 0; m < width; m++) {
          point[m] = random.nextInt(1 << 20) / (float) (1 << 20);
        }
      }
    }
  }
}
