package dev.connectome.stopping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.stopping.CombinedPolicy.Mode;
import java.util.ArrayList;
import java.util.Collections;
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

/** What holds for every policy, however nested, on every history of two series with gaps. */
class StoppingPolicyProperties {

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
    observations.forEach(seen -> withoutGaps.add(at(withoutGaps.size() + 1, seen.values())));
    List<Integer> epochs = observations.stream().map(EpochObservation::epoch).toList();

    assertThat(decide(policy, observations).map(d -> epochs.indexOf(d.stopEpoch())))
        .isEqualTo(decide(policy, withoutGaps).map(d -> d.stopEpoch() - 1));
  }

  /** As the controller judges: at each arrival, only behind the latest epoch judged before. */
  @Property
  void anObservationThatComesLateReopensNothing(
      @ForAll("policies") StoppingPolicy policy,
      @ForAll("histories") List<EpochObservation> observations,
      @ForAll long seed) {
    var arriving = new ArrayList<>(observations);
    Collections.shuffle(arriving, new Random(seed));
    var known = new ArrayList<EpochObservation>();
    int judged = 0;
    for (EpochObservation arrival : arriving) {
      known.add(arrival);
      int before = judged;
      judged = Math.max(judged, arrival.epoch());
      Optional<StopDecision> decision = policy.decide(RunHistory.of(known, 1), before);
      boolean late = arrival.epoch() < judged;
      if (late) {
        assertThat(decision).isEmpty();
      } else {
        decision.ifPresent(d -> assertThat(d.stopEpoch()).isEqualTo(arrival.epoch()));
      }
    }
  }

  @Property
  void anyIsAsSoonAsItsSoonestMemberAndAllAsLateAsItsLatest(
      @ForAll("policies") StoppingPolicy one,
      @ForAll("policies") StoppingPolicy other,
      @ForAll("histories") List<EpochObservation> observations) {
    int first = epoch(one, observations);
    int second = epoch(other, observations);

    assertThat(epoch(new CombinedPolicy("c", Mode.ANY, List.of(one, other)), observations))
        .isEqualTo(Math.min(first, second));
    assertThat(epoch(new CombinedPolicy("c", Mode.ALL, List.of(one, other)), observations))
        .isEqualTo(Math.max(first, second));
  }

  private static Optional<StopDecision> decide(
      StoppingPolicy policy, List<EpochObservation> observations) {
    return policy.decide(RunHistory.of(observations, 1));
  }

  private static int epoch(StoppingPolicy policy, List<EpochObservation> observations) {
    return decide(policy, observations).map(StopDecision::stopEpoch).orElse(Integer.MAX_VALUE);
  }

  private static EpochObservation at(int epoch, Map<String, Double> values) {
    return new EpochObservation(1, epoch, OptionalInt.empty(), Map.of(), values);
  }

  @Provide
  Arbitrary<List<EpochObservation>> histories() {
    Arbitrary<Optional<Double>> value =
        Arbitraries.doubles().between(0, 20).ofScale(1).optional(0.9);
    Arbitrary<Integer> step = Arbitraries.of(1, 1, 1, 1, 2, 4);
    return Combinators.combine(value, value, step)
        .as(
            (a, b, s) -> {
              var values = new HashMap<String, Double>();
              a.ifPresent(v -> values.put("a", v));
              b.ifPresent(v -> values.put("b", v));
              return at(s, values);
            })
        .list()
        .ofMaxSize(30)
        .map(
            steps -> {
              var observations = new ArrayList<EpochObservation>();
              int epoch = 0;
              for (EpochObservation next : steps) {
                epoch += next.epoch();
                observations.add(at(epoch, next.values()));
              }
              return observations;
            });
  }

  @Provide
  Arbitrary<StoppingPolicy> policies() {
    Arbitrary<StoppingRule> rule =
        Arbitraries.of(
            new NeverRule(),
            PatienceRule.DEFAULT,
            new PlateauRule(0.5, 1),
            new PlateauRule(0.3, 2),
            new DiminishingRule(0.5, 0.8, 2, 0.4, 1));
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
