package dev.connectome.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.stopping.TrainingStage.Transition;
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
import net.jqwik.api.Tuple;

/** What holds for every rule on every series. */
class StoppingRuleProperties {

  @Property
  void everyRuleStopsWhereItsDefinitionSays(
      @ForAll("rules") StoppingRule rule, @ForAll("series") List<SeriesPoint> points) {
    RuleEvaluation evaluation = rule.startEvaluation();
    List<Integer> stopEpochs = new ArrayList<>();
    for (SeriesPoint point : points) {
      if (evaluation.advance(point)) {
        stopEpochs.add(evaluation.verdict().stopEpoch());
      }
    }

    assertThat(stopEpochs).isEqualTo(NaiveRules.stopEpochs(rule, Series.of(points)));
  }

  @Property
  void anEvaluationThatGoesOnGivesTheVerdictOfTheWholeSeries(
      @ForAll("rules") StoppingRule rule, @ForAll("series") List<SeriesPoint> points) {
    RuleEvaluation evaluation = rule.startEvaluation();
    int before = 0;
    for (int length = 1; length <= points.size(); length++) {
      SeriesPoint newest = points.get(length - 1);
      Optional<StopVerdict> verdict =
          evaluation.advance(newest) ? Optional.of(evaluation.verdict()) : Optional.empty();

      assertThat(rule.firstStop(Series.of(points.subList(0, length)), before)).isEqualTo(verdict);
      before = newest.epoch();
    }
  }

  @Property
  void stagesBeginWhereTheirDefinitionSays(@ForAll("series") List<SeriesPoint> points) {
    List<SeriesPoint> finite = points.stream().filter(SeriesPoint::isFinite).toList();
    double[] smoothed =
        NaiveRules.movingAverage(finite.stream().mapToDouble(SeriesPoint::value).toArray(), 0.5);
    Optional<Integer> stability =
        NaiveRules.stopEpochs(new DiminishingRule(0.5, 0.5, 5, 0.3, 2), Series.of(points)).stream()
            .findFirst();
    int peak = 0;
    for (int t = 1; t < smoothed.length; t++) {
      boolean open = stability.isEmpty() || finite.get(t).epoch() <= stability.get();
      peak = open && smoothed[t] > smoothed[peak] ? t : peak;
    }
    List<Transition> expected = new ArrayList<>();
    if (!finite.isEmpty()) {
      expected.add(new Transition(TrainingStage.REORGANISATION, finite.get(0).epoch()));
    }
    if (peak + 1 < finite.size()) {
      expected.add(new Transition(TrainingStage.CONSOLIDATION, finite.get(peak + 1).epoch()));
    }
    stability.ifPresent(epoch -> expected.add(new Transition(TrainingStage.STABILITY, epoch)));

    assertThat(TrainingStage.transitions(Series.of(points))).isEqualTo(expected);
  }

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
  void aVerdictAfterAnEpochIsOfALaterEpoch(
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
            Tuple.of(20, Arbitraries.doubles().between(0, 100).ofScale(3)),
            Tuple.of(4, Arbitraries.integers().between(0, 5).map(Integer::doubleValue)),
            Tuple.of(1, Arbitraries.of(0.0, Double.NaN, Double.POSITIVE_INFINITY)));
    Arbitrary<Integer> step = Arbitraries.frequency(Tuple.of(8, 1), Tuple.of(1, 2), Tuple.of(1, 5));
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
                Arbitraries.of(true, false),
                Arbitraries.of(0.0, 0.5, 3.0),
                thresholds())
            .as(
                (mode, points, start, baseline, flag, minDelta, thresholds) ->
                    new PatienceRule(
                        mode,
                        minDelta,
                        points,
                        start,
                        optional(baseline),
                        thresholds.get1(),
                        thresholds.get2(),
                        flag,
                        !flag));
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
                shares(),
                shares(),
                Arbitraries.integers().between(1, 6),
                Arbitraries.doubles().between(0.05, 0.9),
                Arbitraries.integers().between(1, 3))
            .as(DiminishingRule::new);
    Arbitrary<StoppingRule> slowing =
        Combinators.combine(
                shares(),
                shares(),
                Arbitraries.integers().between(1, 6),
                Arbitraries.doubles().between(0.05, 0.9),
                Arbitraries.integers().between(1, 3))
            .as(SlowingRule::new);
    // Not round, so that no series meets a threshold exactly, where rounding decides.
    Arbitrary<StoppingRule> flat =
        Combinators.combine(
                Arbitraries.integers().between(5, 9),
                Arbitraries.doubles().between(0.01, 0.3).map(x -> x * Math.E),
                Arbitraries.doubles().between(0.5, 3).map(x -> x * Math.E))
            .as(FlatRule::new);
    Arbitrary<StoppingRule> trough =
        Combinators.combine(shares(), shares(), Arbitraries.integers().between(1, 4))
            .as(TroughRule::new);
    Arbitrary<StoppingRule> patience =
        Arbitraries.integers()
            .between(1, 5)
            .map(
                points ->
                    new PatienceRule(
                        PatienceRule.Mode.MIN,
                        0,
                        points,
                        1,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        true,
                        false));
    return Arbitraries.oneOf(
        plateau, diminishing, slowing, flat, trough, patience, Arbitraries.of(new NeverRule()));
  }

  private static Arbitrary<Double> shares() {
    return Arbitraries.oneOf(Arbitraries.doubles().between(0.1, 1), Arbitraries.of(0.5, 1.0));
  }

  private static Arbitrary<Tuple.Tuple2<OptionalDouble, OptionalDouble>> thresholds() {
    Arbitrary<OptionalDouble> threshold =
        Arbitraries.doubles()
            .between(0, 100)
            .ofScale(0)
            .optional(0.3)
            .map(StoppingRuleProperties::optional);
    return Combinators.combine(threshold, threshold).as(Tuple::of);
  }

  private static OptionalDouble optional(Optional<Double> value) {
    return value.map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }
}
