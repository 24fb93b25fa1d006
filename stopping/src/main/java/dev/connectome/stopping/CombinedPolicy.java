package dev.connectome.stopping;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Several policies that decide together. With {@link Mode#ANY} the run stops at every epoch at
 * which a member stops. With {@link Mode#ALL} it stops at every epoch at which a member stops while
 * every member agrees. A member agrees while its condition holds at the latest point of its series,
 * so members whose series have their points at different epochs can agree, and one whose condition
 * has ended no longer does. Of members that stop at the same epoch one decides that did not agree
 * before, if there is one, else the one listed first.
 *
 * <p>The decision has the monitor, reason, evidence and weights of the member that decided, and
 * lists the decisions it follows from: that one for {@code ANY}, for {@code ALL} those with which
 * the members began to agree.
 *
 * @param id the policy's name, unique within its run
 * @param mode how many members must stop
 * @param members the policies, 1 to {@value #MAX_MEMBERS}
 */
public record CombinedPolicy(String id, Mode mode, List<StoppingPolicy> members)
    implements StoppingPolicy {

  /** The most members a policy can have. */
  public static final int MAX_MEMBERS = 16;

  /** How many members must stop. */
  public enum Mode {
    /** One. */
    ANY("any"),
    /** All of them. */
    ALL("all");

    private final String rule;

    Mode(String rule) {
      this.rule = rule;
    }

    /** {@return the name of the rule, as users write it} */
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
  public PolicyEvaluation startEvaluation(int probeEveryEpochs) {
    return new Evaluation(
        members.stream().map(member -> member.startEvaluation(probeEveryEpochs)).toList());
  }

  private final class Evaluation implements PolicyEvaluation {
    private final List<PolicyEvaluation> evaluations;

    /** The decision with which each member that agrees began to, by its place in the list. */
    private final SortedMap<Integer, StopDecision> agreed = new TreeMap<>();

    private @Nullable PolicyEvaluation deciding;

    Evaluation(List<PolicyEvaluation> evaluations) {
      this.evaluations = evaluations;
    }

    @Override
    public boolean advance(EpochObservation observation) {
      PolicyEvaluation stopping = null;
      PolicyEvaluation joining = null;
      for (int i = 0; i < evaluations.size(); i++) {
        PolicyEvaluation member = evaluations.get(i);
        boolean stops = member.advance(observation);
        boolean joins = stops && !agreed.containsKey(i);
        if (joins) {
          agreed.put(i, member.decision());
        } else if (!member.agrees()) {
          agreed.remove(i);
        }
        stopping = stopping == null && stops ? member : stopping;
        joining = joining == null && joins ? member : joining;
      }
      boolean joined = mode == Mode.ALL && joining != null;
      deciding = agrees() ? (joined ? joining : stopping) : null;
      return deciding != null;
    }

    @Override
    public boolean agrees() {
      return mode == Mode.ANY ? !agreed.isEmpty() : agreed.size() == evaluations.size();
    }

    @Override
    public StopDecision decision() {
      if (deciding == null) {
        throw new IllegalStateException("policy " + id + " does not stop at this epoch");
      }
      StopDecision last = deciding.decision();
      String message =
          mode == Mode.ANY || evaluations.size() == 1
              ? last.message()
              : "%s agree to stop; the last was %s: %s"
                  .formatted(memberIds(), last.policyId(), last.message());
      return new StopDecision(
          id,
          mode.rule(),
          last.monitor(),
          last.reason(),
          message,
          last.stopEpoch(),
          last.restoreEpoch(),
          last.evidence(),
          mode == Mode.ANY ? List.of(last) : List.copyOf(agreed.values()),
          Optional.of(CombinedPolicy.this));
    }

    /** Two or more of them, as in "a, b and c". */
    private String memberIds() {
      List<String> ids = members.stream().map(StoppingPolicy::id).toList();
      int last = ids.size() - 1;
      return String.join(", ", ids.subList(0, last)) + " and " + ids.get(last);
    }
  }
}
