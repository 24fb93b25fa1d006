package dev.connectome.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SampleSignalsTest {

  /** Two pairs of inputs, each other's nearest. */
  private static final NeighbourTable PAIRS = NeighbourTable.of(4, 1, new int[] {1, 0, 3, 2});

  @Test
  void neighboursOfOneClassAgreeCompletely() {
    assertThat(PredictedClasses.of(new int[] {7, 7, 2, 2}).agreement(PAIRS)).hasValue(1);
  }

  @Test
  void neighboursOfDifferentClassesDisagreeMoreThanByChance() {
    // h = 0, q = 1/2.
    assertThat(PredictedClasses.of(new int[] {7, 2, 7, 2}).agreement(PAIRS)).hasValue(-1);
  }

  @Test
  void oneClassForEverythingIsNoAgreement() {
    PredictedClasses one = PredictedClasses.of(new int[] {3, 3, 3, 3});

    assertThat(one.concentration()).isEqualTo(1);
    assertThat(one.agreement(PAIRS)).hasValue(0);
  }

  @Test
  void nearlyOneClassKeepsTheAgreementFinite() {
    var classes = new int[100];
    classes[0] = 1;
    var neighbours = new int[100];
    for (int i = 0; i < 100; i++) {
      neighbours[i] = (i + 1) % 100;
    }
    // q = 0.9802, h = 0.98: divided by 0.05, not by 0.0198.
    assertThat(
            PredictedClasses.of(classes)
                .agreement(NeighbourTable.of(100, 1, neighbours))
                .getAsDouble())
        .isCloseTo((0.98 - 0.9802) / 0.05, within(1e-12));
  }

  @Test
  void theTreeCountsItsEdges() {
    var tree = new SampleTree(4, new int[] {0, 1, 1, 2, 2, 3});
    // h = 2/3, q = 1/2.
    assertThat(PredictedClasses.of(new int[] {5, 5, 6, 6}).agreement(tree).getAsDouble())
        .isCloseTo((2.0 / 3 - 0.5) / 0.5, within(1e-12));
  }

  @Test
  void withoutPairsThereIsNoAgreement() {
    PredictedClasses one = PredictedClasses.of(new int[] {1});

    assertThat(one.agreement(NeighbourTable.of(1, 0, new int[0]))).isEmpty();
    assertThat(one.agreement(new SampleTree(1, new int[0]))).isEmpty();
  }

  @Test
  void classesOfAnotherSnapshotAreRefused() {
    assertThatThrownBy(() -> PredictedClasses.of(new int[] {1, 2}).agreement(PAIRS))
        .hasMessage("2 classes do not belong to 4 inputs");
    assertThatThrownBy(() -> PredictedClasses.of(new int[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void agreementIsThatOfTheDefinition() {
    var random = new Random(4);
    int samples = 60;
    int k = 5;
    NeighbourTable table = randomTable(samples, k, random);
    int[] classes = random.ints(samples, 0, 4).toArray();

    assertThat(PredictedClasses.of(classes).agreement(table).getAsDouble())
        .isCloseTo(NaiveSampleGraph.agreement(table.toArray(), k, classes), within(1e-12));
  }

  @Test
  void turnoverIsTheShareOfNewPairs() {
    NeighbourTable before = NeighbourTable.of(3, 1, new int[] {1, 2, 0});
    NeighbourTable after = NeighbourTable.of(3, 1, new int[] {1, 0, 1});

    assertThat(after.turnoverSince(before).getAsDouble()).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(after.turnoverSince(after)).hasValue(0);
    assertThat(after.turnoverSince(PAIRS)).isEmpty();
  }

  @Test
  void turnoverIsThatOfTheDefinition() {
    var random = new Random(9);
    for (int round = 0; round < 20; round++) {
      NeighbourTable before = randomTable(40, 7, random);
      NeighbourTable after = randomTable(40, 7, random);

      assertThat(after.turnoverSince(before).getAsDouble())
          .isCloseTo(
              NaiveSampleGraph.turnover(after.toArray(), before.toArray(), 7), within(1e-12));
    }
  }

  @Test
  void aTableIsCheckedAndKeepsNoArrayOfItsMaker() {
    int[] given = {1, 0, 3, 2};
    NeighbourTable table = NeighbourTable.of(4, 1, given);
    given[0] = 3;
    table.toArray()[1] = 9;

    assertThat(table.toArray()).containsExactly(1, 0, 3, 2);
    assertThatThrownBy(() -> NeighbourTable.of(4, 1, new int[] {1, 0, 3}))
        .hasMessage("3 values are no table of 4 inputs with 1 neighbours each");
    assertThatThrownBy(() -> NeighbourTable.of(2, 1, new int[] {0, 0}))
        .hasMessage("0 cannot be a neighbour of input 0 of 2");
    assertThatThrownBy(() -> NeighbourTable.of(3, 2, new int[] {1, 1, 0, 2, 0, 1}))
        .hasMessage("1 cannot be a neighbour of input 0 of 3");
  }

  private static NeighbourTable randomTable(int samples, int k, Random random) {
    var neighbours = new int[samples * k];
    for (int i = 0; i < samples; i++) {
      int self = i;
      int[] others = random.ints(0, samples).filter(j -> j != self).distinct().limit(k).toArray();
      System.arraycopy(others, 0, neighbours, i * k, k);
    }
    return NeighbourTable.of(samples, k, neighbours);
  }
}
