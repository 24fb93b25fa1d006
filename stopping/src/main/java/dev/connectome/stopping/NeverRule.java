package dev.connectome.stopping;

import java.util.Optional;

/** Never stops a run: it is only recorded. */
public record NeverRule() implements StoppingRule {

  /** The rule's name. */
  public static final String NAME = "never";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<StopVerdict> firstStop(Series series, int afterEpoch) {
    return Optional.empty();
  }
}
