package dev.connectome.controller.api;

import com.google.protobuf.Message;
import com.google.protobuf.util.Timestamps;
import dev.connectome.controller.codec.PolicyCodec;
import dev.connectome.protos.run.v1.BatchReplayPolicyRequest;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.ReplayPolicyRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.Toleration;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.BestEpochSpec;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.ReportRequest;
import dev.connectome.protos.trainer.v1.ReportedActivations;
import dev.connectome.protos.trainer.v1.ScheduleSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.stopping.DefaultPolicy;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What the fields of a message must be to one another. A message that leaves all out is right. */
final class SpecRules {

  static final int MAX_LEAVES = 64;

  private final BiConsumer<String, String> problems;

  private SpecRules(BiConsumer<String, String> problems) {
    this.problems = problems;
  }

  /** Checks one message, without those that it contains. */
  static void check(Message message, BiConsumer<String, String> problems) {
    var rules = new SpecRules(problems);
    if (message instanceof TrainingRun run) {
      rules.policy("policy", run.getPolicy());
      rules.keep(run.getSpec(), run.getPolicy());
      run.getShadowPoliciesList().forEach(policy -> rules.policy("shadow_policies", policy));
    } else if (message instanceof ReplayPolicyRequest replay) {
      rules.policy("policy", replay.getPolicy());
    } else if (message instanceof BatchReplayPolicyRequest replay) {
      rules.policy("policy", replay.getPolicy());
    } else if (message instanceof TrainingSpec spec) {
      rules.budget(spec);
    } else if (message instanceof ModelSpec model) {
      rules.model(model, SpecDefaults.modelName(model));
    } else if (message instanceof DataSpec data) {
      rules.data(data);
    } else if (message instanceof ScheduleSpec schedule) {
      rules.schedule(schedule, SpecDefaults.scheduleName(schedule));
    } else if (message instanceof Toleration toleration) {
      rules.toleration(toleration);
    } else if (message instanceof KubernetesSpec spec) {
      KubernetesRules.check(spec, problems);
    } else if (message instanceof ReportedActivations activations) {
      ReportRules.check(activations, problems);
    } else if (message instanceof ReportRequest report
        && !Timestamps.isValid(report.getCapturedAt())) {
      problems.accept("captured_at", "must be a time between year 1 and 9999");
    }
  }

  private void policy(String field, StoppingPolicy policy) {
    long leaves = leaves(policy);
    if (leaves > MAX_LEAVES) {
      problems.accept(field, "must have at most %d rules, not %d".formatted(MAX_LEAVES, leaves));
      return;
    }
    try {
      PolicyCodec.policy(policy);
    } catch (IllegalArgumentException e) {
      problems.accept(field, String.valueOf(e.getMessage()));
    }
  }

  static long leaves(StoppingPolicy policy) {
    List<StoppingPolicy> members =
        switch (policy.getRuleCase()) {
          case ANY -> policy.getAny().getPoliciesList();
          case ALL -> policy.getAll().getPoliciesList();
          default -> List.of();
        };
    boolean standard =
        policy.getRuleCase() == StoppingPolicy.RuleCase.RULE_NOT_SET
            && policy.getMonitor().isEmpty();
    if (standard) {
      return DefaultPolicy.get().members().size();
    }
    return members.isEmpty() ? 1 : members.stream().mapToLong(SpecRules::leaves).sum();
  }

  private void budget(TrainingSpec spec) {
    int epochs = SpecDefaults.epochs(spec);
    double warmUp = spec.getOptimizer().getSchedule().getWarmUpEpochs();
    if (epochs > 0 && warmUp >= epochs) {
      problems.accept(
          "optimizer.schedule.warm_up_epochs",
          "must be 0 or above and below the %d epochs of the budget, not %s"
              .formatted(epochs, warmUp));
    }
    int batch = SpecDefaults.batchSize(spec);
    DataSpec data = spec.getData();
    if (data.hasTrainSamples() && data.getTrainSamples() < batch) {
      problems.accept(
          "data.train_samples",
          "must be %d or more, as many as a mini-batch, not %d"
              .formatted(batch, data.getTrainSamples()));
    }
  }

  /** What is wrong with the policy itself is reported elsewhere. */
  private static Optional<BestEpochSpec> restored(StoppingPolicy policy) {
    try {
      return BestEpochs.restored(PolicyCodec.policy(policy));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void keep(TrainingSpec spec, StoppingPolicy policy) {
    Optional<BestEpochSpec> restored = restored(policy);
    if (spec.getKeep() == KeptWeights.KEPT_WEIGHTS_EPOCH && restored.isPresent()) {
      problems.accept(
          "spec.keep",
          "must not be KEPT_WEIGHTS_EPOCH where the policy has restore_best on %s; leave one of them out"
              .formatted(restored.get().getMetric()));
    }
    if (spec.getKeep() == KeptWeights.KEPT_WEIGHTS_EPOCH && spec.hasBest()) {
      problems.accept("spec.best", "is not for keep KEPT_WEIGHTS_EPOCH; leave one of them out");
    }
    if (spec.hasAverageEpochs() && SpecDefaults.keep(spec) != KeptWeights.KEPT_WEIGHTS_AVERAGE) {
      problems.accept(
          "spec.average_epochs",
          "is for keep KEPT_WEIGHTS_AVERAGE, not for %s; set that, or leave this out"
              .formatted(spec.getKeep()));
    }
    if (spec.getKeep() == KeptWeights.KEPT_WEIGHTS_BEST || spec.hasBest()) {
      best(spec, restored);
    }
  }

  private void best(TrainingSpec spec, Optional<BestEpochSpec> restored) {
    BestEpochSpec best = spec.hasBest() ? spec.getBest() : restored.orElse(spec.getBest());
    String metric = SpecDefaults.bestMetric(best);
    BestEpochs.missing(metric, spec)
        .ifPresent(
            need ->
                problems.accept(
                    spec.hasBest() ? "spec.best.metric" : "spec.keep",
                    "needs %s, without which the run does not report %s, by which an epoch is the best; set it, or name another metric in spec.best"
                        .formatted(need, metric)));
  }

  private void model(ModelSpec model, String name) {
    boolean residual = name.equals("resnet");
    boolean convolutional = residual || name.equals("vgg");
    if (model.hasChannels() && !convolutional) {
      problems.accept(
          "channels", "is for vgg and resnet, not for %s; leave it out".formatted(name));
    }
    if (model.hasDepth() && !residual) {
      problems.accept("depth", "is for resnet, not for %s; leave it out".formatted(name));
    } else if (model.hasDepth() && model.getDepth() % 6 != 2) {
      problems.accept("depth", "must be 8, 14, 20 and so on up to 110, not " + model.getDepth());
    }
    if (residual && model.getHiddenWidthsCount() > 0) {
      problems.accept("hidden_widths", "are not for resnet; leave them out");
    }
    if (residual && model.getDropout() != 0) {
      problems.accept("dropout", "is not for resnet; leave it out");
    }
    if (model.getSettingsCount() > 0 && !name.contains(".")) {
      problems.accept(
          "settings", "are for a network in a jar, not for %s; leave them out".formatted(name));
    }
  }

  private void data(DataSpec data) {
    if (data.hasTrainFraction() && data.hasTrainSamples()) {
      problems.accept("train_fraction", "is instead of data.train_samples; leave one of them out");
    }
    int samples = data.hasTrainSamples() ? data.getTrainSamples() : SpecDefaults.TRAIN_SAMPLES;
    if (!data.hasTrainFraction() && samples * (1 - data.getValidationFraction()) < 2) {
      problems.accept("validation_fraction", "leaves fewer than 2 images to learn from");
    }
  }

  private void schedule(ScheduleSpec schedule, String name) {
    unused("step_epochs", schedule.hasStepEpochs(), "step", name);
    unused("factor", schedule.hasFactor(), "step", name);
    unused("final_fraction", schedule.hasFinalFraction(), "cosine", name);
  }

  private void unused(String field, boolean set, String user, String name) {
    if (set && !name.equals(user)) {
      problems.accept(
          field, "is for the schedule %s, not for %s; leave it out".formatted(user, name));
    }
  }

  private void toleration(Toleration toleration) {
    if (toleration.getKey().isEmpty() && !toleration.getOperator().equals("Exists")) {
      problems.accept(
          "operator",
          "must be Exists where the key is empty, not \"%s\"".formatted(toleration.getOperator()));
    }
  }
}
