package dev.connectome.stopping;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Several policies that decide together. With {@link Mode#ANY} the first of them that says stop
 * decides, and with {@link Mode#ALL} the last: once said, a member's word stands, so that members
 * whose series have their points at different epochs can agree. Of members that speak at the same
 * epoch the one that is listed first decides.
 *
 * <p>The decision has the reason, the evidence and the weights of the member that decided, and
 * below it what every member has said.
 *
 * @param id names the policy within its run
 * @param mode how many must say stop
 * @param members the policies, 1 to {@value #MAX_MEMBERS}
 */
public record CombinedPolicy(String id, Mode mode, List<StoppingPolicy> members)
    implements StoppingPolicy {

  /** The most members of one policy. */
  public static final int MAX_MEMBERS = 16;

  private static final Comparator<StopDecision> BY_EPOCH =
      Comparator.comparingInt(StopDecision::stopEpoch);

  /** How many members must say stop. */
  public enum Mode {
    /** One. */
    ANY("any"),
    /** Every one. */
    ALL("all");

    private final String rule;

    Mode(String rule) {
      this.rule = rule;
    }

    /**
     * The name of the rule, as users write it.
     *
     * @return the name
     */
    public String rule() {
      return rule;
    }
  }

  /**
   * Copies the members.
   *
   * @throws IllegalArgumentException if there are none or too many
   */
  public CombinedPolicy {
    members = List.copyOf(members);
    Values.check(
        !members.isEmpty() && members.size() <= MAX_MEMBERS,
        "the number of policies of " + mode.rule(),
        "1 to " + MAX_MEMBERS,
        members.size());
  }

  @Override
  public int restoreDistance() {
    return members.stream().mapToInt(StoppingPolicy::restoreDistance).max().orElse(0);
  }

  @Override
  public Set<String> monitors() {
    return members.stream()
        .flatMap(member -> member.monitors().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public Optional<StopDecision> decide(RunHistory history, int afterEpoch) {
    return switch (mode) {
      case ANY -> soonest(history, afterEpoch).map(said -> decision(said, List.of(said)));
      case ALL -> all(history, afterEpoch);
    };
  }

  private Optional<StopDecision> soonest(RunHistory history, int afterEpoch) {
    return members.stream()
        .flatMap(member -> member.decide(history, afterEpoch).stream())
        .min(BY_EPOCH);
  }

  /** If they had agreed by {@code afterEpoch}, the next word of one of them decides. */
  private Optional<StopDecision> all(RunHistory history, int afterEpoch) {
    List<StopDecision> said =
        members.stream().flatMap(member -> member.decide(history, 0).stream()).toList();
    if (said.size() < members.size()) {
      return Optional.empty();
    }
    int agreed = said.stream().mapToInt(StopDecision::stopEpoch).max().orElseThrow();
    Optional<StopDecision> deciding =
        agreed > afterEpoch
            ? said.stream().filter(decision -> decision.stopEpoch() == agreed).findFirst()
            : soonest(history, afterEpoch);
    return deciding.map(last -> decision(last, said));
  }

  private StopDecision decision(StopDecision deciding, List<StopDecision> said) {
    String message =
        mode == Mode.ANY || members.size() == 1
            ? deciding.message()
            : "all %d policies have said stop, the last of them %s: %s"
                .formatted(members.size(), deciding.policyId(), deciding.message());
    return new StopDecision(
        id,
        mode.rule(),
        deciding.monitor(),
        deciding.reason(),
        message,
        deciding.stopEpoch(),
        deciding.restoreEpoch(),
        deciding.evidence(),
        said,
        Optional.of(this));
  }
}
