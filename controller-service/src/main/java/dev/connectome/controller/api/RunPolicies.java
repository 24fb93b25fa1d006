package dev.connectome.controller.api;

import dev.connectome.controller.api.ApiErrors.Violation;
import dev.connectome.controller.codec.PolicyCodec;
import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.run.Echo;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.BestEpochSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the policies of a run must be to one another and to its checkpoints. */
final class RunPolicies {

  private RunPolicies() {}

  static boolean areSame(TrainingRun one, TrainingRun other) {
    return one.getPolicy().equals(other.getPolicy())
        && one.getShadowPoliciesList().equals(other.getShadowPoliciesList());
  }

  /** Policies are told apart by their ids, and each of their rules is evaluated at every point. */
  static List<Violation> violations(TrainingRun run) {
    List<Violation> violations = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    run.getShadowPoliciesList()
        .forEach(shadow -> unique("training_run.shadow_policies", shadow, ids, violations));
    unique("training_run.policy", run.getPolicy(), ids, violations);
    long leaves =
        Stream.concat(Stream.of(run.getPolicy()), run.getShadowPoliciesList().stream())
            .filter(policy -> !policy.hasNever())
            .mapToLong(SpecRules::leaves)
            .sum();
    if (leaves > SpecRules.MAX_LEAVES) {
      violations.add(
          new Violation(
              "training_run.shadow_policies",
              "and policy must have at most %d rules together, not %d; leave some out"
                  .formatted(SpecRules.MAX_LEAVES, leaves)));
    }
    return violations;
  }

  private static void unique(
      String field, StoppingPolicy message, Set<String> ids, List<Violation> violations) {
    String id = PolicyCodec.policy(message).id();
    if (!ids.add(id)) {
      violations.add(
          new Violation(
              field + ".policy_id",
              "must be unique among the run's policies, and \"%s\" is not; name one of them"
                  .formatted(id)));
    }
  }

  /** The monitors that name no series of a trainer that is started with a built-in network. */
  static List<Violation> unknownMonitors(TrainingRun run) {
    if (run.getSpec().getModel().getName().contains(".")) {
      return List.of();
    }
    List<Violation> violations = new ArrayList<>();
    run.getShadowPoliciesList()
        .forEach(shadow -> unknown("training_run.shadow_policies", shadow, violations));
    unknown("training_run.policy", run.getPolicy(), violations);
    for (String monitor : PolicyCodec.policy(run.getPolicy()).monitors()) {
      BestEpochs.missing(monitor, run.getSpec())
          .ifPresent(
              need ->
                  violations.add(
                      new Violation(
                          "training_run.policy.monitor",
                          "needs %s, without which the run does not report %s; set it, or choose another monitor"
                              .formatted(need, monitor))));
    }
    return violations;
  }

  private static void unknown(String field, StoppingPolicy message, List<Violation> violations) {
    Set<String> known = new TreeSet<>(SignatureCodec.SERIES);
    known.addAll(List.of(BestEpochs.metrics()));
    PolicyCodec.policy(message).monitors().stream()
        .filter(monitor -> !known.contains(monitor))
        .forEach(
            monitor ->
                violations.add(
                    new Violation(
                        field + ".monitor",
                        "must be the name of a series, not %s; this trainer's are %s"
                            .formatted(Echo.of(monitor), String.join(", ", known)))));
  }

  /**
   * Fewer checkpoints than the epochs that the policy goes back would never have the one it wants.
   */
  static Optional<Violation> checkpointsKept(TrainingRun run) {
    TrainingSpec spec = run.getSpec();
    int snapshots = BestEpochs.restoreDistance(PolicyCodec.policy(run.getPolicy()));
    long epochs = (long) snapshots * Math.max(1, spec.getProbe().getEveryEpochs());
    return spec.getCheckpoint().hasKeep() && spec.getCheckpoint().getKeep() <= epochs
        ? Optional.of(
            new Violation(
                "training_run.spec.checkpoint.keep",
                "must be above %d, the epochs that the policy may go back for weights, not %d; or leave it out"
                    .formatted(epochs, spec.getCheckpoint().getKeep())))
        : Optional.empty();
  }

  /** What a run that exists does not keep although its new policy may ask for it. */
  static List<Violation> unkept(TrainingRun run) {
    var checkpoints = run.getSpec().getCheckpoint();
    Optional<BestEpochSpec> best =
        run.getSpec().hasBest() ? Optional.of(run.getSpec().getBest()) : Optional.empty();
    int snapshots = BestEpochs.restoreDistance(PolicyCodec.policy(run.getPolicy()), best);
    long epochs = (long) snapshots * Math.max(1, run.getSpec().getProbe().getEveryEpochs());
    if (snapshots == 0) {
      return List.of();
    }
    if (checkpoints.getEveryEpochs() > 1) {
      return List.of(
          new Violation(
              "training_run.policy",
              "may ask for the weights of any earlier epoch, and this run writes a checkpoint only every %d epochs; choose a policy that keeps the last weights, or create a run whose checkpoint.every_epochs is 1"
                  .formatted(checkpoints.getEveryEpochs())));
    }
    return checkpoints.hasKeep() && checkpoints.getKeep() <= epochs
        ? List.of(
            new Violation(
                "training_run.policy",
                "may go back %d epochs for weights, and this run keeps only its last %d checkpoints; choose a policy that goes back less far, or create a run whose checkpoint.keep is above %d"
                    .formatted(epochs, checkpoints.getKeep(), epochs)))
        : List.of();
  }

  /** How many snapshots back one of the policies may want weights from. */
  static int restoreDistance(TrainingRun run) {
    return Math.max(
        PolicyCodec.policy(run.getPolicy()).restoreDistance(),
        run.getShadowPoliciesList().stream()
            .mapToInt(shadow -> PolicyCodec.policy(shadow).restoreDistance())
            .max()
            .orElse(0));
  }
}
