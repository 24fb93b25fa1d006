package dev.connectome.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds for the signature of every snapshot. */
class SignatureProperties {

  @Property(tries = 100)
  void neitherTheOrderOfNeuronsNorOfSamplesMatters(
      @ForAll @IntRange(min = 2, max = 20) int neurons,
      @ForAll @IntRange(min = 2, max = 40) int samples,
      @ForAll long seed) {
    float[][] activations = Snapshots.random(samples, neurons, seed);
    List<Integer> order = new ArrayList<>(IntStream.range(0, neurons).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    float[][] shuffled = activations.clone();
    Collections.shuffle(Arrays.asList(shuffled), new Random(seed));
    shuffled =
        Arrays.stream(shuffled)
            .map(
                row -> {
                  var permuted = new float[neurons];
                  IntStream.range(0, neurons).forEach(i -> permuted[i] = row[order.get(i)]);
                  return permuted;
                })
            .toArray(float[][]::new);

    assertSame(Snapshots.signature(shuffled), Snapshots.signature(activations), 2e-6f);
  }

  @Property(tries = 100)
  void affineMapsOfAnyColumnDoNotMatter(
      @ForAll @IntRange(min = 2, max = 15) int neurons, @ForAll long seed) {
    float[][] activations = Snapshots.random(30, neurons, seed);
    var random = new Random(seed);
    float[][] mapped = new float[30][neurons];
    for (int neuron = 0; neuron < neurons; neuron++) {
      float factor = (random.nextBoolean() ? 1 : -1) * (0.5f + random.nextFloat());
      float shift = random.nextFloat();
      for (int sample = 0; sample < 30; sample++) {
        mapped[sample][neuron] = factor * activations[sample][neuron] + shift;
      }
    }

    assertSame(Snapshots.signature(mapped), Snapshots.signature(activations), 1e-5f);
  }

  @Property(tries = 100)
  void setsAreSortedAndHaveTheirSizesWhateverTies(
      @ForAll @IntRange(min = 2, max = 25) int neurons, @ForAll long seed) {
    float[][] activations = Snapshots.random(12, neurons, seed);
    for (float[] row : activations) {
      row[neurons - 1] = row[0];
      row[neurons / 2] = 4;
    }

    TopologicalSignature signature = Snapshots.signature(activations);

    assertThat(signature.births()).hasSize(neurons - 1).isSorted();
    assertThat(signature.deaths()).hasSize((neurons - 1) * (neurons - 2) / 2).isSorted();
  }

  @Property(tries = 100)
  void distancesAreAMetric(@ForAll @IntRange(min = 2, max = 15) int neurons, @ForAll long seed) {
    TopologicalSignature a = Snapshots.signature(Snapshots.random(20, neurons, seed));
    TopologicalSignature b = Snapshots.signature(Snapshots.random(20, neurons, seed + 1));
    TopologicalSignature c = Snapshots.signature(Snapshots.random(20, neurons, seed + 2));

    assertThat(SignatureDistance.between(a, a).topological()).isZero();
    assertThat(SignatureDistance.between(a, b)).isEqualTo(SignatureDistance.between(b, a));
    assertThat(SignatureDistance.between(a, c).death())
        .isLessThanOrEqualTo(
            SignatureDistance.between(a, b).death()
                + SignatureDistance.between(b, c).death()
                + 1e-9);
    assertThat(SignatureDistance.between(a, c).topological())
        .isLessThanOrEqualTo(
            SignatureDistance.between(a, b).topological()
                + SignatureDistance.between(b, c).topological()
                + 1e-9);
  }

  private static void assertSame(
      TopologicalSignature actual, TopologicalSignature expected, float tolerance) {
    assertThat(actual.births()).containsExactly(expected.births(), within(tolerance));
    assertThat(actual.deaths()).containsExactly(expected.deaths(), within(tolerance));
  }
}
