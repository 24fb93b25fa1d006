package dev.connectome.stopping;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What must have happened in a run before any policy may stop it: an epoch is reached, and every
 * series that the decision rests on has moved. With {@code v} the finite points of a series, it has
 * moved once
 *
 * <pre>
 *   |v[t] - v[0]| &gt;= minChange * |v[0]|   and   v[t] != v[0]
 * </pre>
 *
 * holds for some {@code t}. Until then the run has not begun to learn, as far as that series can
 * tell, and no rule that looks for the end of learning means anything. A threshold that a person
 * has set is no such rule: it decides whether or not its series has moved. Nor need the
 * concentration of the predicted classes move if it is {@value #SPREAD} or less at some point: a
 * network that learns quickly spreads its predictions over the classes within its first epoch.
 *
 * @param firstEpoch the first epoch at which a run may be stopped, 1 or more
 * @param minChange the least change of a series, as a fraction of its first value, 0 or more
 */
public record SafetyEnvelope(int firstEpoch, double minChange) {

  /** The least change of the product: a twentieth of the first value. */
  public static final double MIN_CHANGE = 0.05;

  /** A concentration of predicted classes that a network has only if it predicts several. */
  private static final double SPREAD = 0.5;

  private static final String CONCENTRATION = "predictedClassConcentration";

  /** Updates of the weights before which the product's envelope lets no policy stop a run. */
  public static final int MIN_UPDATES = 100;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public SafetyEnvelope {
    Values.check(firstEpoch >= 1, "firstEpoch", "1 or more", firstEpoch);
    Values.check(minChange >= 0 && Double.isFinite(minChange), "minChange", "0 or more", minChange);
  }

  /**
   * The envelope of a training whose schedule is known. No policy stops it in the epoch in which
   * the warm-up ends or before, nor before its first {@code minUpdates} updates of the weights: a
   * few epochs of a few updates each say nothing.
   *
   * @param warmUpEpochs the length of the warm-up, 0 or more
   * @param updatesPerEpoch updates of the weights in an epoch, 1 or more
   * @param minUpdates updates before which no policy stops the run, 0 or more
   */
  public static SafetyEnvelope of(double warmUpEpochs, int updatesPerEpoch, int minUpdates) {
    double enoughUpdates = Math.ceil((double) minUpdates / updatesPerEpoch);
    double firstEpoch = Math.max(Math.ceil(warmUpEpochs) + 1, enoughUpdates);
    return new SafetyEnvelope(
        (int) Math.max(2, Math.min(firstEpoch, Integer.MAX_VALUE)), MIN_CHANGE);
  }

  /** {@return the policy as it decides within this envelope; its decisions are its own} */
  public StoppingPolicy around(StoppingPolicy policy) {
    return new Guarded(policy, this);
  }

  /** A policy within an envelope. */
  record Guarded(StoppingPolicy policy, SafetyEnvelope envelope) implements StoppingPolicy {

    @Override
    public String id() {
      return policy.id();
    }

    @Override
    public int restoreDistance() {
      return policy.restoreDistance();
    }

    @Override
    public Set<String> monitors() {
      return policy.monitors();
    }

    @Override
    public PolicyEvaluation startEvaluation(int probeEveryEpochs) {
      return new Evaluation(probeEveryEpochs);
    }

    private final class Evaluation implements PolicyEvaluation {
      private final int probeEveryEpochs;
      private final PolicyEvaluation evaluation;
      private final SortedMap<String, Start> notMoved = new TreeMap<>();
      private int epoch;
      private boolean stops;

      Evaluation(int probeEveryEpochs) {
        this.probeEveryEpochs = probeEveryEpochs;
        this.evaluation = policy.startEvaluation(probeEveryEpochs);
        policy.monitors().forEach(monitor -> notMoved.put(monitor, new Start(monitor)));
      }

      @Override
      public boolean advance(EpochObservation observation) {
        epoch = observation.epoch();
        notMoved.values().removeIf(start -> start.movesAt(observation));
        stops =
            evaluation.advance(observation)
                && epoch >= envelope.firstEpoch()
                && (notMoved.isEmpty() || restsOnMovement(evaluation.decision()));
        return stops;
      }

      private boolean restsOnMovement(StopDecision decision) {
        if (!decision.members().isEmpty()) {
          return decision.members().stream().allMatch(this::restsOnMovement);
        }
        return switch (decision.reason()) {
          case THRESHOLD_REACHED, DIVERGED, NOT_FINITE -> true;
          case NO_IMPROVEMENT,
              PLATEAU_REACHED,
              DIMINISHING_CHANGE,
              SLOWED,
              FLAT,
              TROUGH_PASSED,
              REQUESTED ->
              !notMoved.containsKey(decision.monitor());
        };
      }

      @Override
      public boolean agrees() {
        return evaluation.agrees();
      }

      @Override
      public Optional<PolicyHold> hold() {
        var hold =
            new PolicyHold(
                id(),
                epoch,
                envelope.firstEpoch(),
                notMoved.values().stream().map(Start::unmoved).toList());
        boolean mayStop = !hold.isEarly() && hold.unmoved().isEmpty();
        return mayStop || policy.monitors().isEmpty() ? Optional.empty() : Optional.of(hold);
      }

      @Override
      public StopDecision decision() {
        if (!stops) {
          throw new IllegalStateException("policy " + id() + " does not stop at this epoch");
        }
        return evaluation.decision();
      }

      /** The beginning of a series, until it moves. */
      private final class Start {
        private final String series;
        private OptionalDouble first = OptionalDouble.empty();
        private OptionalDouble latest = OptionalDouble.empty();

        Start(String series) {
          this.series = series;
        }

        boolean movesAt(EpochObservation observation) {
          OptionalDouble value = observation.value(series, probeEveryEpochs);
          if (value.isEmpty() || !Double.isFinite(value.getAsDouble())) {
            return false;
          }
          latest = value;
          first = first.isPresent() ? first : value;
          double change = Math.abs(value.getAsDouble() - first.getAsDouble());
          return (change > 0 && change >= leastChange())
              || (series.equals(CONCENTRATION) && value.getAsDouble() <= SPREAD);
        }

        private double leastChange() {
          return envelope.minChange() * Math.abs(first.orElse(0));
        }

        PolicyHold.Unmoved unmoved() {
          return new PolicyHold.Unmoved(series, first, latest, leastChange());
        }
      }
    }
  }
}
