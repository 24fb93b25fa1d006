package dev.connectome.stopping;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A stopping rule and the series it reads.
 *
 * @param id names the policy within its run
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
  public Optional<StopDecision> decide(RunHistory history, int afterEpoch) {
    return rule.firstStop(history.series(monitor), afterEpoch)
        .map(
            verdict ->
                new StopDecision(
                    id,
                    rule.name(),
                    monitor,
                    verdict.reason(),
                    monitor + " " + verdict.message(),
                    verdict.stopEpoch(),
                    verdict.restoreEpoch(),
                    verdict.evidence(),
                    List.of(),
                    Optional.of(this)));
  }
}
