package dev.connectome.stopping;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A stopping rule and the series it reads.
 *
 * @param id the policy's name, unique within its run
 * @param monitor the name of the series
 * @param rule the rule
 */
public record SeriesPolicy(String id, String monitor, StoppingRule rule) implements StoppingPolicy {

  @Override
  public int restoreDistance() {
    return rule.restoreDistance();
  }

  @Override
  public Set<String> monitors() {
    return rule instanceof NeverRule ? Set.of() : Set.of(monitor);
  }

  @Override
  public PolicyEvaluation startEvaluation(int probeEveryEpochs) {
    return new Evaluation(probeEveryEpochs);
  }

  private final class Evaluation implements PolicyEvaluation {
    private final int probeEveryEpochs;
    private final RuleEvaluation ruleEvaluation = rule.startEvaluation();
    private boolean stops;
    private boolean agrees;

    Evaluation(int probeEveryEpochs) {
      this.probeEveryEpochs = probeEveryEpochs;
    }

    @Override
    public boolean advance(EpochObservation observation) {
      OptionalDouble value = observation.value(monitor, probeEveryEpochs);
      stops = false;
      if (value.isPresent()) {
        var point = new SeriesPoint(observation.epoch(), value.getAsDouble());
        stops = ruleEvaluation.advance(point);
        agrees = stops || (agrees && !point.isFinite());
      }
      return stops;
    }

    @Override
    public boolean agrees() {
      return agrees;
    }

    @Override
    public StopDecision decision() {
      if (!stops) {
        throw new IllegalStateException("policy " + id + " does not stop at this epoch");
      }
      StopVerdict verdict = ruleEvaluation.verdict();
      return new StopDecision(
          id,
          rule.name(),
          monitor,
          verdict.reason(),
          monitor + " " + verdict.message(),
          verdict.stopEpoch(),
          verdict.restoreEpoch(),
          verdict.evidence(),
          List.of(),
          Optional.of(SeriesPolicy.this));
    }
  }
}
