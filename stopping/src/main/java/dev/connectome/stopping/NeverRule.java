package dev.connectome.stopping;

import java.util.Optional;

/** Never stops a run. */
public record NeverRule() implements StoppingRule {

  /** The rule's name. */
  public static final String NAME = "never";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public RuleEvaluation startEvaluation() {
    return new RuleEvaluation() {
      @Override
      Optional<DecisionReason> read(SeriesPoint point) {
        return Optional.empty();
      }

      @Override
      long evidencePoints() {
        return 0;
      }

      @Override
      String message(DecisionReason reason) {
        return "never stops";
      }
    };
  }
}
