package dev.connectome.stopping;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * What keeps a policy from stopping a run at an epoch, whatever its rules say there: the epoch
 * comes before the first at which the run may be stopped, or series that the policy reads have not
 * moved, so that as far as they can tell the run has not begun to learn.
 *
 * @param policyId the policy
 * @param epoch the epoch that was read last
 * @param firstEpoch the first epoch at which the run may be stopped
 * @param unmoved the series that have not moved, in the order of their names
 */
public record PolicyHold(String policyId, int epoch, int firstEpoch, List<Unmoved> unmoved) {

  /**
   * A series that has not moved.
   *
   * @param series its name
   * @param first its first finite value; empty if it has none
   * @param latest its latest finite value; empty if it has none
   * @param leastChange the change from the first value that counts as movement, 0 for any; 0 if
   *     there is no first value
   */
  public record Unmoved(
      String series, OptionalDouble first, OptionalDouble latest, double leastChange) {

    private String message() {
      if (first.isEmpty()) {
        return series + " has no value yet";
      }
      return "%s was %s at first and is %s, which must differ by %s"
          .formatted(
              series,
              Values.number(first.getAsDouble()),
              Values.number(latest.orElseThrow()),
              leastChange == 0 ? "something" : Values.number(leastChange));
    }
  }

  /** Copies the list. */
  public PolicyHold {
    unmoved = List.copyOf(unmoved);
  }

  /** {@return whether the run has not come to the first epoch at which it may be stopped} */
  public boolean isEarly() {
    return epoch < firstEpoch;
  }

  /** {@return what the policy waits for, for people, with the numbers} */
  public String message() {
    List<String> causes = new ArrayList<>();
    if (isEarly()) {
      causes.add("it stops no run before epoch " + firstEpoch);
    }
    if (!unmoved.isEmpty()) {
      causes.add(
          "the run has not begun to learn: "
              + unmoved.stream().map(Unmoved::message).collect(Collectors.joining("; ")));
    }
    return String.join(", and ", causes);
  }
}
