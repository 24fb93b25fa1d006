package dev.connectome.controller.api;

import dev.connectome.controller.api.ApiErrors.Violation;
import dev.connectome.controller.codec.PolicyCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.run.Echo;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.settings.ControllerSettings.Launch;
import dev.connectome.controller.store.RunRow;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.ResumePolicy;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Turns requests that {@link RequestChecks} has passed into what the controller works with, and
 * checks what depends on the whole run.
 */
final class RunRequests {

  private static final int LONGEST_ID = 63;
  private static final int FEWEST_EPOCHS_AVERAGED = 5;

  private RunRequests() {}

  /** The run_id or uid in a resource name. */
  static String id(String field, String name) {
    String id = name.startsWith("runs/") ? name.substring("runs/".length()) : "";
    if (id.isEmpty() || id.length() > LONGEST_ID || !Echo.oneLine(id).equals(id)) {
      throw ApiErrors.invalid(
          field,
          "must be runs/{run_id}, and run_id at most %d characters, not %s"
              .formatted(LONGEST_ID, Echo.of(name)));
    }
    return id;
  }

  /** The name that a new run gets. */
  static String newId(CreateTrainingRunRequest request) {
    String asked = request.getTrainingRunId();
    if (asked.isEmpty()) {
      return "run-" + UUID.randomUUID().toString().substring(0, 8);
    }
    if (RunRow.isUid(asked)) {
      throw ApiErrors.invalid(
          "training_run_id",
          "must not look like a uid, which also identifies a run, as \"%s\" does".formatted(asked));
    }
    return asked;
  }

  /** Checks the id of a run that a field names and that is to be created. */
  static void checkNew(String field, String id) {
    List<String> problems = FieldLimits.RUN_ID.problems(id);
    if (!problems.isEmpty()) {
      throw ApiErrors.invalid(field, "must be runs/{run_id}, and run_id " + problems.get(0));
    }
  }

  static Optional<String> requestId(CreateTrainingRunRequest request) {
    return request.getRequestId().isEmpty()
        ? Optional.empty()
        : Optional.of(UUID.fromString(request.getRequestId()).toString());
  }

  /** Who starts the trainer: by default whoever the operator chose. */
  static LauncherType launcher(TrainingRun run, Launch.Standard operatorsChoice) {
    return switch (run.getLauncher()) {
      case LAUNCHER_KIND_UNSPECIFIED, UNRECOGNIZED -> LauncherType.valueOf(operatorsChoice.name());
      case LAUNCHER_KIND_LOCAL -> LauncherType.LOCAL;
      case LAUNCHER_KIND_KUBERNETES -> LauncherType.KUBERNETES;
      case LAUNCHER_KIND_EXTERNAL -> LauncherType.EXTERNAL;
    };
  }

  /** The definition of a new run, with all defaults written out. */
  static RunDefinition definition(TrainingRun asked, LauncherType launcher) {
    boolean watchOnly = launcher == LauncherType.EXTERNAL && !asked.hasPolicy();
    TrainingRun run = watchOnly ? watched(asked) : averaging(asked, launcher);
    List<Violation> violations = RunPolicies.violations(run);
    if (launcher != LauncherType.EXTERNAL) {
      violations.addAll(RunPolicies.unknownMonitors(run));
    }
    int restoreDistance = RunPolicies.restoreDistance(run);
    RunPolicies.checkpointsKept(run).ifPresent(violations::add);
    int checkpointEvery = run.getSpec().getCheckpoint().getEveryEpochs();
    if (checkpointEvery > 1 && restoreDistance > 0) {
      violations.add(
          new Violation(
              "training_run.spec.checkpoint.every_epochs",
              "must be 1, not %d, where a policy may ask for the weights of an earlier epoch"
                  .formatted(checkpointEvery)));
    }
    boolean onKubernetes = launcher == LauncherType.KUBERNETES;
    if (!onKubernetes && !run.getKubernetes().equals(KubernetesSpec.getDefaultInstance())) {
      violations.add(
          new Violation(
              "training_run.kubernetes",
              "is only for launcher KUBERNETES, and this run's is " + launcher));
    }
    refuse(violations);
    var definition =
        TrainingRun.newBuilder()
            .putAllLabels(run.getLabelsMap())
            .setSpec(
                SpecDefaults.complete(
                    run.getSpec(),
                    restoreDistance,
                    BestEpochs.restored(PolicyCodec.policy(run.getPolicy()))))
            .setPolicy(PolicyCodec.complete(run.getPolicy()));
    run.getShadowPoliciesList()
        .forEach(shadow -> definition.addShadowPolicies(PolicyCodec.complete(shadow)));
    if (onKubernetes) {
      definition.setKubernetes(run.getKubernetes());
    }
    return new RunDefinition(definition.build());
  }

  /**
   * An external run without a policy is watched and never stopped: the platform did not start it,
   * and nobody asked for its end. The default policy is a shadow, unless the caller has named one.
   */
  private static TrainingRun watched(TrainingRun asked) {
    var run = asked.toBuilder();
    run.getPolicyBuilder().setNever(NeverRule.getDefaultInstance());
    if (asked.getShadowPoliciesCount() == 0) {
      run.addShadowPolicies(StoppingPolicy.getDefaultInstance());
    }
    return run.build();
  }

  /**
   * A run that the platform trains and stops by the default policy keeps averaged weights, by which
   * that policy was chosen, unless it says otherwise or is so short that the average would lag.
   */
  private static TrainingRun averaging(TrainingRun asked, LauncherType launcher) {
    StoppingPolicy policy = asked.getPolicy();
    TrainingSpec spec = asked.getSpec();
    boolean standard =
        policy.getRuleCase() == StoppingPolicy.RuleCase.RULE_NOT_SET
            && policy.getMonitor().isEmpty();
    boolean unsaid = spec.getKeep() == KeptWeights.KEPT_WEIGHTS_UNSPECIFIED && !spec.hasBest();
    if (!standard
        || !unsaid
        || launcher == LauncherType.EXTERNAL
        || SpecDefaults.epochs(spec) < FEWEST_EPOCHS_AVERAGED) {
      return asked;
    }
    var run = asked.toBuilder();
    run.getSpecBuilder().setKeep(KeptWeights.KEPT_WEIGHTS_AVERAGE);
    return run.build();
  }

  /** A definition with what the request changes. */
  static RunDefinition changed(RunDefinition old, RunRow run, UpdateTrainingRunRequest request) {
    RunDefinition changed = RunUpdate.changed(old, run, request);
    if (!RunPolicies.areSame(old.message(), changed.message())) {
      refuse(RunPolicies.violations(changed.message()));
      if (run.launcher() != LauncherType.EXTERNAL) {
        refuse(RunPolicies.unknownMonitors(changed.message()));
      }
    }
    if (!changed.message().getPolicy().equals(old.message().getPolicy())) {
      refuse(RunPolicies.unkept(changed.message()));
    }
    List<Violation> labels =
        RequestChecks.violations(
            TrainingRun.newBuilder().putAllLabels(changed.message().getLabelsMap()).build());
    refuse(labels);
    return changed;
  }

  /** A definition as the request wants it resumed. */
  static RunDefinition resumed(RunDefinition old, ResumeTrainingRunRequest request) {
    if (request.getPolicy() != ResumePolicy.RESUME_POLICY_SHADOW) {
      return old;
    }
    TrainingRun.Builder run = old.message().toBuilder();
    run.addShadowPolicies(run.getPolicy());
    run.setPolicy(
        PolicyCodec.complete(
            StoppingPolicy.newBuilder()
                .setPolicyId("resumed")
                .setNever(NeverRule.getDefaultInstance())
                .build()));
    refuse(RunPolicies.violations(run.build()));
    return new RunDefinition(run.build());
  }

  static void refuse(List<Violation> violations) {
    if (!violations.isEmpty()) {
      throw ApiErrors.invalid(violations.stream().distinct().toList());
    }
  }
}
