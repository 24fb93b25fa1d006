package dev.connectome.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.stopping.CombinedPolicy.Mode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** What holds for every policy, however nested, on every history of two series with gaps. */
class StoppingPolicyProperties {

  @Property
  void everyPolicyStopsWhereItsDefinitionSaysOnRunsThatWereResumed(
      @ForAll("policies") StoppingPolicy policy,
      @ForAll("resumedRuns") List<EpochObservation> observations,
      @ForAll @IntRange(max = 20) int afterEpoch) {
    RunHistory history = RunHistory.of(observations, 1);

    assertThat(policy.decide(history, afterEpoch).map(StopDecision::stopEpoch))
        .isEqualTo(naiveStop(policy, history, afterEpoch));
  }

  /** The definition: at every epoch anew, from each series by itself. */
  private static Optional<Integer> naiveStop(
      StoppingPolicy policy, RunHistory history, int afterEpoch) {
    return history.observations().stream()
        .map(EpochObservation::epoch)
        .filter(epoch -> epoch > afterEpoch && stopsAt(policy, history, epoch))
        .findFirst();
  }

  private static boolean stopsAt(StoppingPolicy policy, RunHistory history, int epoch) {
    if (policy instanceof SeriesPolicy series) {
      return stopEpochs(series, history).contains(epoch);
    }
    List<StoppingPolicy> members = ((CombinedPolicy) policy).members();
    return agreesAt(policy, history, epoch)
        && members.stream().anyMatch(member -> stopsAt(member, history, epoch));
  }

  private static boolean agreesAt(StoppingPolicy policy, RunHistory history, int epoch) {
    if (policy instanceof SeriesPolicy series) {
      List<Integer> stops = stopEpochs(series, history);
      return history.series(series.monitor()).points().stream()
          .filter(point -> point.epoch() <= epoch)
          .filter(point -> point.isFinite() || stops.contains(point.epoch()))
          .reduce((earlier, later) -> later)
          .filter(latest -> stops.contains(latest.epoch()))
          .isPresent();
    }
    CombinedPolicy combined = (CombinedPolicy) policy;
    return combined.mode() == Mode.ANY
        ? combined.members().stream().anyMatch(member -> agreesAt(member, history, epoch))
        : combined.members().stream().allMatch(member -> agreesAt(member, history, epoch));
  }

  private static List<Integer> stopEpochs(SeriesPolicy series, RunHistory history) {
    return NaiveRules.stopEpochs(series.rule(), history.series(series.monitor()));
  }

  @Property
  void anObservationCountsIfNoNewerAttemptWasSeenAtItsEpochOrBefore(
      @ForAll("resumedRuns") List<EpochObservation> observations, @ForAll long seed) {
    var shuffled = new ArrayList<>(observations);
    Collections.shuffle(shuffled, new Random(seed));
    List<EpochObservation> expected =
        observations.stream()
            .filter(
                old ->
                    observations.stream()
                        .noneMatch(o -> o.attempt() > old.attempt() && o.epoch() <= old.epoch()))
            .sorted(Comparator.comparingInt(EpochObservation::epoch))
            .toList();

    assertThat(RunHistory.of(shuffled, 1).observations()).isEqualTo(expected);
  }

  @Property
  void anEvaluationThatGoesOnGivesTheDecisionOfTheWholeHistory(
      @ForAll("policies") StoppingPolicy policy,
      @ForAll("histories") List<EpochObservation> observations) {
    PolicyEvaluation evaluation = policy.startEvaluation(1);
    int before = 0;
    for (int length = 1; length <= observations.size(); length++) {
      EpochObservation newest = observations.get(length - 1);
      Optional<StopDecision> decision =
          evaluation.advance(newest) ? Optional.of(evaluation.decision()) : Optional.empty();
      RunHistory known = RunHistory.of(observations.subList(0, length), 1);

      assertThat(policy.decide(known, before)).isEqualTo(decision);
      before = newest.epoch();
    }
  }

  @Property
  void laterObservationsNeverChangeADecision(
      @ForAll("policies") StoppingPolicy policy,
      @ForAll("histories") List<EpochObservation> observations) {
    Optional<StopDecision> whole = decide(policy, observations);
    for (int length = 0; length <= observations.size(); length++) {
      List<EpochObservation> known = observations.subList(0, length);
      boolean reached =
          whole.isPresent()
              && length > 0
              && known.get(length - 1).epoch() >= whole.get().stopEpoch();
      assertThat(decide(policy, known)).isEqualTo(reached ? whole : Optional.empty());
    }
  }

  @Property
  void theOrderOfArrivalDoesNotMatter(
      @ForAll("policies") StoppingPolicy policy,
      @ForAll("histories") List<EpochObservation> observations,
      @ForAll long seed) {
    var shuffled = new ArrayList<>(observations);
    Collections.shuffle(shuffled, new Random(seed));

    assertThat(decide(policy, shuffled)).isEqualTo(decide(policy, observations));
  }

  @Property
  void gapsNeitherCountNorReset(
      @ForAll("policies") StoppingPolicy policy,
      @ForAll("histories") List<EpochObservation> observations) {
    var withoutGaps = new ArrayList<EpochObservation>();
    observations.forEach(
        seen -> withoutGaps.add(Fixtures.epoch(withoutGaps.size() + 1, seen.values())));
    List<Integer> epochs = observations.stream().map(EpochObservation::epoch).toList();

    assertThat(decide(policy, observations).map(d -> epochs.indexOf(d.stopEpoch())))
        .isEqualTo(decide(policy, withoutGaps).map(d -> d.stopEpoch() - 1));
  }

  /** As the controller evaluates: at each arrival, only after the latest epoch evaluated. */
  @Property
  void anObservationThatComesLateMakesNoDecision(
      @ForAll("policies") StoppingPolicy policy,
      @ForAll("histories") List<EpochObservation> observations,
      @ForAll long seed) {
    var arriving = new ArrayList<>(observations);
    Collections.shuffle(arriving, new Random(seed));
    var known = new ArrayList<EpochObservation>();
    int evaluated = 0;
    for (EpochObservation arrival : arriving) {
      known.add(arrival);
      int before = evaluated;
      evaluated = Math.max(evaluated, arrival.epoch());
      Optional<StopDecision> decision = policy.decide(RunHistory.of(known, 1), before);
      boolean late = arrival.epoch() < evaluated;
      if (late) {
        assertThat(decision).isEmpty();
      } else {
        decision.ifPresent(d -> assertThat(d.stopEpoch()).isEqualTo(arrival.epoch()));
      }
    }
  }

  @Property
  void anyStopsWithItsEarliestMemberAndAllNotBeforeItsLatest(
      @ForAll("policies") StoppingPolicy one,
      @ForAll("policies") StoppingPolicy other,
      @ForAll("histories") List<EpochObservation> observations) {
    int first = epoch(one, observations);
    int second = epoch(other, observations);

    assertThat(epoch(new CombinedPolicy("c", Mode.ANY, List.of(one, other)), observations))
        .isEqualTo(Math.min(first, second));
    assertThat(epoch(new CombinedPolicy("c", Mode.ALL, List.of(one, other)), observations))
        .isGreaterThanOrEqualTo(Math.max(first, second));
  }

  private static Optional<StopDecision> decide(
      StoppingPolicy policy, List<EpochObservation> observations) {
    return policy.decide(RunHistory.of(observations, 1));
  }

  private static int epoch(StoppingPolicy policy, List<EpochObservation> observations) {
    return decide(policy, observations).map(StopDecision::stopEpoch).orElse(Integer.MAX_VALUE);
  }

  @Provide
  Arbitrary<List<EpochObservation>> histories() {
    Arbitrary<Optional<Double>> value =
        Arbitraries.frequencyOf(
                Tuple.of(20, Arbitraries.doubles().between(0, 20).ofScale(1)),
                Tuple.of(1, Arbitraries.of(Double.NaN, Double.POSITIVE_INFINITY)))
            .optional(0.9);
    Arbitrary<Integer> step = Arbitraries.of(1, 1, 1, 1, 2, 4);
    return Combinators.combine(value, value, step)
        .as(
            (a, b, s) -> {
              var values = new HashMap<String, Double>();
              a.ifPresent(v -> values.put("a", v));
              b.ifPresent(v -> values.put("b", v));
              return Fixtures.epoch(s, values);
            })
        .list()
        .ofMaxSize(30)
        .map(
            steps -> {
              var observations = new ArrayList<EpochObservation>();
              int epoch = 0;
              for (EpochObservation next : steps) {
                epoch += next.epoch();
                observations.add(Fixtures.epoch(epoch, next.values()));
              }
              return observations;
            });
  }

  /** Attempts that each begin somewhere in what the one before has done; series b is a distance. */
  @Provide
  Arbitrary<List<EpochObservation>> resumedRuns() {
    return Combinators.combine(histories(), Arbitraries.integers().between(0, 12))
        .as((history, back) -> Map.entry(back, history))
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(
            attempts -> {
              var observations = new ArrayList<EpochObservation>();
              int last = 0;
              for (int attempt = 1; attempt <= attempts.size(); attempt++) {
                int start = Math.max(0, last - attempts.get(attempt - 1).getKey());
                last = start;
                for (EpochObservation o : attempts.get(attempt - 1).getValue()) {
                  observations.add(resumed(o, attempt, start, last));
                  last = start + o.epoch();
                }
              }
              return observations;
            });
  }

  private static EpochObservation resumed(
      EpochObservation observation, int attempt, int start, int previousEpoch) {
    var values = new HashMap<>(observation.values());
    Double distance = values.remove("b");
    return new EpochObservation(
        attempt,
        start + observation.epoch(),
        OptionalInt.of(previousEpoch),
        distance == null ? Map.of() : Map.of("b", distance),
        values);
  }

  @Provide
  Arbitrary<StoppingPolicy> policies() {
    Arbitrary<StoppingRule> rule =
        Arbitraries.of(
            new NeverRule(),
            PatienceRule.DEFAULT,
            new PlateauRule(0.5, 1),
            new PlateauRule(0.3, 2),
            new DiminishingRule(0.5, 0.8, 2, 0.4, 1),
            new TroughRule(0.5, 0.9, 2));
    Arbitrary<StoppingPolicy> leaf =
        Combinators.combine(Arbitraries.of("a", "b"), rule)
            .as((monitor, r) -> new SeriesPolicy("leaf", monitor, r));
    return Arbitraries.recursive(() -> leaf, StoppingPolicyProperties::combined, 0, 3);
  }

  private static Arbitrary<StoppingPolicy> combined(Arbitrary<StoppingPolicy> member) {
    return Combinators.combine(Arbitraries.of(Mode.class), member.list().ofMinSize(1).ofMaxSize(3))
        .as((mode, members) -> new CombinedPolicy("combined", mode, members));
  }
}
