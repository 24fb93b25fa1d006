package dev.connectome.controller.api;

import dev.connectome.controller.api.Rejection.Violation;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with the fields of a spec. */
final class SpecChecks {

  private static final String SPEC = "training_run.spec.";

  private final List<Violation> violations;

  SpecChecks(List<Violation> violations) {
    this.violations = violations;
  }

  int within(String field, int value, int least, int most) {
    if (value < least || value > most) {
      reject(
          field,
          most == Integer.MAX_VALUE
              ? "must be %d or more, not %d".formatted(least, value)
              : "must be %d to %d, not %d".formatted(least, most, value));
    }
    return value;
  }

  void fraction(String field, double value, boolean wholeToo) {
    boolean right = value >= 0 && (wholeToo ? value <= 1 : value < 1);
    if (!right) {
      reject(
          field,
          wholeToo
              ? "must be 0 to 1, not " + value
              : "must be 0 or above and below 1, not " + value);
    }
  }

  void known(String field, String value, Set<String> names) {
    if (!names.contains(value)) {
      reject(field, "must be one of %s, not \"%s\"".formatted(names, value));
    }
  }

  void reject(String field, String problem) {
    violations.add(new Violation(SPEC + field, problem));
  }
}
