package dev.connectome.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every rule on every series. */
class StoppingRuleProperties {

  @Property
  void laterPointsNeverChangeAVerdict(
      @ForAll("rules") StoppingRule rule, @ForAll("series") List<SeriesPoint> points) {
    Optional<StopVerdict> whole = rule.firstStop(Series.of(points), 0);
    for (int length = 0; length <= points.size(); length++) {
      Optional<StopVerdict> prefix = rule.firstStop(Series.of(points.subList(0, length)), 0);
      boolean reached =
          whole.isPresent()
              && length > 0
              && points.get(length - 1).epoch() >= whole.get().stopEpoch();
      assertThat(prefix).isEqualTo(reached ? whole : Optional.empty());
    }
  }

  @Property
  void theOrderInWhichPointsArriveDoesNotMatter(
      @ForAll("rules") StoppingRule rule,
      @ForAll("series") List<SeriesPoint> points,
      @ForAll long seed) {
    var shuffled = new ArrayList<>(points);
    Collections.shuffle(shuffled, new Random(seed));

    assertThat(rule.firstStop(Series.of(shuffled), 0))
        .isEqualTo(rule.firstStop(Series.of(points), 0));
  }

  @Property
  void gapsNeitherCountNorReset(
      @ForAll("rulesWithoutStart") StoppingRule rule, @ForAll("series") List<SeriesPoint> points) {
    var withoutGaps = new ArrayList<SeriesPoint>();
    points.forEach(p -> withoutGaps.add(new SeriesPoint(withoutGaps.size() + 1, p.value())));

    Optional<Integer> stopWithGaps =
        rule.firstStop(Series.of(points), 0).map(v -> indexOf(points, v.stopEpoch()));
    Optional<Integer> stopWithout =
        rule.firstStop(Series.of(withoutGaps), 0).map(v -> v.stopEpoch() - 1);

    assertThat(stopWithGaps).isEqualTo(stopWithout);
  }

  @Property
  void aDecisionAfterAnEpochLiesAfterIt(
      @ForAll("rules") StoppingRule rule, @ForAll("series") List<SeriesPoint> points) {
    for (SeriesPoint point : points) {
      rule.firstStop(Series.of(points), point.epoch())
          .ifPresent(verdict -> assertThat(verdict.stopEpoch()).isGreaterThan(point.epoch()));
    }
  }

  private static int indexOf(List<SeriesPoint> points, int epoch) {
    return points.stream().map(SeriesPoint::epoch).toList().indexOf(epoch);
  }

  @Provide
  Arbitrary<List<SeriesPoint>> series() {
    Arbitrary<Double> value =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(20, Arbitraries.doubles().between(0, 100).ofScale(3)),
            net.jqwik.api.Tuple.of(1, Arbitraries.of(0.0, Double.NaN, Double.POSITIVE_INFINITY)));
    Arbitrary<Integer> step =
        Arbitraries.frequency(
            net.jqwik.api.Tuple.of(8, 1),
            net.jqwik.api.Tuple.of(1, 2),
            net.jqwik.api.Tuple.of(1, 5));
    return Combinators.combine(value, step)
        .as((v, s) -> new double[] {v, s})
        .list()
        .ofMaxSize(40)
        .map(
            steps -> {
              var points = new ArrayList<SeriesPoint>();
              int epoch = 0;
              for (double[] valueAndStep : steps) {
                epoch += (int) valueAndStep[1];
                points.add(new SeriesPoint(epoch, valueAndStep[0]));
              }
              return points;
            });
  }

  @Provide
  Arbitrary<StoppingRule> rules() {
    Arbitrary<StoppingRule> patience =
        Combinators.combine(
                Arbitraries.of(PatienceRule.Mode.class),
                Arbitraries.integers().between(1, 5),
                Arbitraries.integers().between(1, 10),
                Arbitraries.doubles().between(0, 60).ofScale(1).optional(),
                Arbitraries.of(true, false))
            .as(
                (mode, points, start, baseline, best) ->
                    patience(
                        mode,
                        points,
                        start,
                        baseline.map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                        best));
    return Arbitraries.oneOf(patience, rulesWithoutStart());
  }

  @Provide
  Arbitrary<StoppingRule> rulesWithoutStart() {
    Arbitrary<StoppingRule> plateau =
        Combinators.combine(
                Arbitraries.doubles().between(0.05, 0.95), Arbitraries.integers().between(1, 4))
            .as(PlateauRule::new);
    Arbitrary<StoppingRule> diminishing =
        Combinators.combine(
                Arbitraries.doubles().between(0.1, 1),
                Arbitraries.doubles().between(0.1, 1),
                Arbitraries.integers().between(1, 6),
                Arbitraries.doubles().between(0.05, 0.9),
                Arbitraries.integers().between(1, 3))
            .as(DiminishingRule::new);
    Arbitrary<StoppingRule> trough =
        Combinators.combine(
                Arbitraries.doubles().between(0.1, 1),
                Arbitraries.doubles().between(0.1, 1),
                Arbitraries.integers().between(1, 4))
            .as(TroughRule::new);
    Arbitrary<StoppingRule> patience =
        Arbitraries.integers()
            .between(1, 5)
            .map(
                points ->
                    patience(PatienceRule.Mode.MIN, points, 1, OptionalDouble.empty(), false));
    return Arbitraries.oneOf(
        plateau, diminishing, trough, patience, Arbitraries.of(new NeverRule()));
  }

  private static PatienceRule patience(
      PatienceRule.Mode mode, int patience, int start, OptionalDouble baseline, boolean best) {
    return new PatienceRule(
        mode,
        0,
        patience,
        start,
        baseline,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        true,
        best);
  }
}
