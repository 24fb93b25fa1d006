package dev.connectome.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class SignatureDistanceTest {

  private static FunctionalConnectome triangle(float... weights) {
    return FunctionalConnectome.ofUpperTriangle(3, FloatBuffer.wrap(weights));
  }

  @Test
  void matchesATriangleComputedByHand() {
    // Births .5 .9 and .6 .7; deaths .2 and .5.
    var a = TopologicalSignature.of(triangle(0.9f, 0.5f, 0.2f));
    var b = TopologicalSignature.of(triangle(0.5f, 0.6f, 0.7f));

    SignatureDistance distance = SignatureDistance.between(a, b);

    assertThat(distance.birth()).isEqualTo(Math.sqrt(0.05), within(1e-7));
    assertThat(distance.death()).isEqualTo(0.3, within(1e-7));
    assertThat(distance.topological()).isEqualTo(Math.sqrt(0.14), within(1e-7));
    assertThat(distance.birthRms()).isEqualTo(Math.sqrt(0.05 / 2), within(1e-7));
    assertThat(distance.deathRms()).isEqualTo(0.3, within(1e-7));
    assertThat(distance.topologicalRms()).isEqualTo(Math.sqrt(0.14 / 3), within(1e-7));
    assertThat(distance.byQuantiles()).isFalse();
  }

  @Test
  void relabellingNeuronsChangesTheConnectomeDistanceAndNotTheTopologicalOne() {
    var a = triangle(0.9f, 0.5f, 0.2f);
    var relabelled = triangle(0.5f, 0.9f, 0.2f);

    assertThat(
            SignatureDistance.between(
                    TopologicalSignature.of(a), TopologicalSignature.of(relabelled))
                .topological())
        .isZero();
    assertThat(ConnectomeDistance.between(a, relabelled)).isEqualTo(Math.sqrt(0.32), within(1e-7));
  }

  @Test
  void signaturesOfDifferentSizesAreComparedByQuantiles() {
    TopologicalSignature wide = Snapshots.signature(Snapshots.random(200, 60, 1));
    TopologicalSignature narrow = Snapshots.signature(Snapshots.random(200, 40, 1));
    TopologicalSignature other = Snapshots.signature(uncorrelatedNoise());

    SignatureDistance similar = SignatureDistance.between(wide, narrow);
    SignatureDistance different = SignatureDistance.between(wide, other);

    assertThat(similar.byQuantiles()).isTrue();
    assertThat(similar.death())
        .isEqualTo(similar.deathRms() * Math.sqrt(59 * 58 / 2), within(1e-9));
    assertThat(similar.deathRms()).isLessThan(0.5 * different.deathRms());
  }

  @Test
  void equalDistributionsOfDifferentSizesHaveDistanceZero() {
    var small = TopologicalSignature.of(triangle(0.5f, 0.5f, 0.5f));
    var large =
        TopologicalSignature.of(
            FunctionalConnectome.ofUpperTriangle(
                4, FloatBuffer.wrap(new float[] {.5f, .5f, .5f, .5f, .5f, .5f})));

    assertThat(SignatureDistance.between(small, large).topological()).isZero();
  }

  @Test
  void connectomesOfDifferentSizesCannotBeCompared() {
    var two = FunctionalConnectome.ofUpperTriangle(2, FloatBuffer.wrap(new float[] {0.4f}));

    assertThatThrownBy(() -> ConnectomeDistance.between(triangle(0, 0, 0), two))
        .hasMessage("connectomes of 3 and 2 neurons cannot be compared edge by edge");
  }

  /** Independent columns, almost uncorrelated. */
  private static float[][] uncorrelatedNoise() {
    var random = new java.util.Random(9);
    var activations = new float[200][50];
    for (float[] row : activations) {
      for (int neuron = 0; neuron < row.length; neuron++) {
        row[neuron] = (float) random.nextGaussian();
      }
    }
    return activations;
  }
}
