package dev.connectome.controller.api;

import static dev.connectome.controller.api.Limit.ANY;
import static dev.connectome.controller.api.Limit.atMost;
import static dev.connectome.controller.api.Limit.entries;
import static dev.connectome.controller.api.Limit.items;
import static dev.connectome.controller.api.Limit.known;
import static dev.connectome.controller.api.Limit.matching;
import static dev.connectome.controller.api.Limit.oneOf;
import static dev.connectome.controller.api.Limit.real;
import static dev.connectome.controller.api.Limit.required;
import static dev.connectome.controller.api.Limit.seconds;
import static dev.connectome.controller.api.Limit.text;
import static dev.connectome.controller.api.Limit.whole;
import static java.util.Map.entry;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The limits of every field of every request, as the comments of the contracts state them. What
 * depends on several fields is in {@link SpecRules}, what places a run on a cluster in {@link
 * KubernetesLimits}; the settings of stopping rules have upper limits alone, since the rules check
 * their settings themselves.
 *
 * <p>A refused report is lost, so what trainers report has limits that no training reaches.
 */
final class FieldLimits {

  private static final int MOST = Integer.MAX_VALUE;
  private static final int EPOCHS = 100_000;
  private static final Limit POINTS = atMost(1_000_000);
  private static final Limit COUNT = whole(0, MOST);

  private static final Limit UID =
      matching(36, "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID");
  static final Limit RUN_ID =
      matching(
          63,
          "[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
          "lower-case letters, digits and hyphens, begin with a letter, not end with a hyphen and"
              + " be at most 63 long");
  private static final Limit LABEL =
      matching(63, "[A-Za-z0-9_.-]*", "letters, digits, '-', '_' and '.', at most 63");
  private static final Limit ENDPOINT =
      matching(
          512,
          "([A-Za-z0-9]([A-Za-z0-9._-]*)|\\[[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?\\]):[0-9]{1,5}",
          "host:port, without a scheme and with an IPv6 address in brackets");
  private static final Limit LABELS_WANTED = entries(64, text(63), text(63));

  private static final Limit FRACTION = real("0 to 1", x -> x >= 0 && x <= 1);
  private static final Limit BELOW_ONE = real("0 or above and below 1", x -> x >= 0 && x < 1);
  private static final Limit ABOVE_ZERO = real("above 0 and at most 1", x -> x > 0 && x <= 1);
  private static final Limit TIME_SPENT = seconds(0, false);
  private static final Limit GRACE = seconds(1, false);
  private static final Limit METRICS = entries(10_000, text(1_024), ANY);

  private static final Limit BUILT_IN_MODEL = oneOf("lenet5", "mlp", "resnet", "vgg");
  private static final Limit MODEL_IN_JAR =
      matching(
          256,
          "[A-Za-z][\\w-]*+(?:\\.[A-Za-z0-9][\\w-]*+)++",
          "words of letters, digits, '-' and '_' with dots between them");
  private static final Limit MODEL =
      value -> (((String) value).contains(".") ? MODEL_IN_JAR : BUILT_IN_MODEL).problems(value);

  /** By the name of a field, or by message and field where it means something else there. */
  private static final Map<String, Limit> LIMITS =
      Map.ofEntries(
          entry("page_size", COUNT),
          entry("page_token", text(1_024)),
          entry("states", items(64, required(known()))),
          entry("id_prefix", text(63)),
          entry("name", text(256)),
          entry("parent", text(256)),
          entry("mode", known()),
          entry("reason", text(1_024)),
          entry("attempt", COUNT),
          entry("run_uid", required(UID)),
          entry("metrics", METRICS),
          entry("training_time", TIME_SPENT),
          entry("probe_time", TIME_SPENT),
          entry("every_epochs", whole(1, EPOCHS)),
          entry("confirm", POINTS),
          entry("smoothing", ANY),
          entry("peak_fraction", ANY),
          entry("policies", items(16, ANY)),
          entry("FieldMask.paths", items(64, text(256))),
          entry("CreateTrainingRunRequest.training_run_id", RUN_ID),
          entry("request_id", UID),
          entry("TrainingRun.etag", text(64)),
          entry("ListTrainingRunsRequest.labels", LABELS_WANTED),
          entry("ListTrainingRunsRequest.filter", text(2_048)),
          entry("ListTrainingRunsRequest.order_by", text(512)),
          entry("view", known()),
          entry("RunSelection.labels", LABELS_WANTED),
          entry("ReadSeriesRequest.series", items(64, required(text(256)))),
          entry("ReadSeriesRequest.max_points", whole(0, 10_000)),
          entry("WatchTrainingRunRequest.after_position", whole(0, Long.MAX_VALUE)),
          entry("ResumeTrainingRunRequest.policy", known()),
          entry("ResumeTrainingRunRequest.rearm_after_epochs", whole(1, EPOCHS)),
          entry("TrainingRun.labels", entries(64, required(LABEL), LABEL)),
          entry("TrainingRun.shadow_policies", items(16, ANY)),
          entry("TrainingRun.launcher", known()),
          entry("StoppingPolicy.policy_id", text(63)),
          entry("StoppingPolicy.monitor", text(256)),
          entry("PatienceRule.min_delta", ANY),
          entry("PatienceRule.patience", POINTS),
          entry("PatienceRule.start_from_epoch", POINTS),
          entry("PatienceRule.baseline", ANY),
          entry("PatienceRule.stopping_threshold", ANY),
          entry("PatienceRule.divergence_threshold", ANY),
          entry("PlateauRule.fraction", ANY),
          entry("DiminishingRule.window", POINTS),
          entry("DiminishingRule.min_relative_drop", ANY),
          entry("SlowingRule.min_fall", ANY),
          entry("SlowingRule.window", POINTS),
          entry("SlowingRule.max_pace", ANY),
          entry("FlatRule.window", whole(5, 1_000)),
          entry("FlatRule.min_fall", ANY),
          entry("FlatRule.significance", ANY),
          entry("TrainingSpec.epochs", whole(1, EPOCHS)),
          entry("TrainingSpec.batch_size", whole(1, 65_536)),
          entry("TrainingSpec.seed", ANY),
          entry("TrainingSpec.test_every_epochs", whole(0, EPOCHS)),
          entry(
              "TrainingSpec.device",
              matching(16, "auto|cpu|gpu(:\\d{1,4})?", "auto, cpu, gpu or gpu:N")),
          entry("TrainingSpec.keep", known()),
          entry(
              "TrainingSpec.average_epochs",
              real("above 0 and at most 1000", x -> x > 0 && x <= 1_000)),
          entry("BestEpochSpec.metric", oneOf(BestEpochs.metrics())),
          entry(
              "BestEpochSpec.min_delta", real("0 or above", x -> x >= 0 && x <= Double.MAX_VALUE)),
          entry("BestEpochSpec.start_from_epoch", whole(1, 1_000_000)),
          entry("ModelSpec.name", MODEL),
          entry("ModelSpec.hidden_widths", items(64, whole(1, 65_536))),
          entry("ModelSpec.dropout", BELOW_ONE),
          entry("ModelSpec.channels", whole(1, 1_024)),
          entry("ModelSpec.settings", entries(64, text(256), text(4_096))),
          entry("ModelSpec.depth", whole(8, 110)),
          entry("DataSpec.directory", text(4_096)),
          entry("DataSpec.train_samples", whole(1, MOST)),
          entry("DataSpec.validation_fraction", BELOW_ONE),
          entry("DataSpec.label_noise", FRACTION),
          entry(
              "DataSpec.format",
              oneOf("auto", "cifar10", "cifar100", "embedded", "folder", "idx", "table")),
          entry("DataSpec.label_column", text(256)),
          entry("DataSpec.train_fraction", ABOVE_ZERO),
          entry("DataSpec.image_size", whole(4, 1_024)),
          entry("DataSpec.class_imbalance", real("1 to 1000", x -> x >= 1 && x <= 1_000)),
          entry("AugmentationSpec.shift", whole(0, 64)),
          entry("AugmentationSpec.mixup", real("0 to 100", x -> x >= 0 && x <= 100)),
          entry("AugmentationSpec.label_smoothing", BELOW_ONE),
          entry("OptimizerSpec.name", oneOf("adam", "adamw", "sgd")),
          entry(
              "OptimizerSpec.learning_rate",
              real("above 0 and at most 1000000", x -> x > 0 && x <= 1e6)),
          entry("OptimizerSpec.momentum", BELOW_ONE),
          entry("OptimizerSpec.weight_decay", real("0 to 1000000", x -> x >= 0 && x <= 1e6)),
          entry("ScheduleSpec.name", oneOf("constant", "cosine", "step")),
          entry("ScheduleSpec.step_epochs", whole(1, EPOCHS)),
          entry("ScheduleSpec.factor", ABOVE_ZERO),
          entry("ScheduleSpec.final_fraction", FRACTION),
          entry("ScheduleSpec.warm_up_epochs", real("0 or above", x -> x >= 0)),
          entry("ProbeSpec.samples", whole(2, 100_000)),
          entry("ProbeSpec.max_neurons", whole(2, 16_384)),
          entry(
              "ProbeSpec.layers",
              items(64, required(matching(256, "(?s).*\\S.*", "names of 1 to 256 characters")))),
          entry("CheckpointSpec.keep", whole(1, 1_000)),
          entry("StopSpec.graceful", GRACE),
          entry("StopSpec.end_of_epoch", GRACE),
          entry("StopSpec.immediate", GRACE),
          entry("RetrySpec.max_failures", whole(1, 1_000)),
          entry("RetrySpec.max_interruptions", whole(1, 100_000)),
          entry("instance_id", required(text(256))),
          entry("RegisterTrainerRequest.control_endpoint", required(ENDPOINT)),
          entry("JoinRequest.replaces_instance_id", text(256)),
          entry("ReportRequest.epoch", whole(1, EPOCHS)),
          entry("ReportRequest.metrics", entries(64, text(64), ANY)),
          entry("ReportedActivations.format", known()),
          entry("ReportedActivations.snapshot_samples", whole(2, 100_000)),
          entry("ReportedActivations.neuron_count", whole(2, 16_384)),
          entry("ReportedActivations.layers", items(1_024, ANY)),
          entry("ReportedActivations.first_sample", COUNT),
          entry("ReportedActivations.part_samples", COUNT),
          entry("ReportedActivations.predicted_classes", items(100_000, COUNT)),
          // Of these SpecRules and ReportRules know the limits.
          entry("ReportedActivations.values", ANY),
          entry("Timestamp.seconds", ANY),
          entry("Timestamp.nanos", ANY),
          entry("ActivationLayer.name", text(256)),
          entry("ActivationLayer.neurons", whole(1, 16_384)),
          // A newer trainer may know more phases.
          entry("TrainingProgress.phase", ANY),
          entry("TrainingProgress.completed_epochs", COUNT),
          entry("TrainingProgress.total_epochs", COUNT),
          entry("TrainingProgress.dropped_snapshots", whole(0, Long.MAX_VALUE)),
          entry("TrainingProgress.publication_time", TIME_SPENT),
          entry("TrainingProgress.checkpoint_time", TIME_SPENT),
          entry("TrainingProgress.samples_per_second", ANY),
          entry("TrainingOutcome.end", required(known())),
          entry("TrainingOutcome.final_epoch", COUNT),
          entry("TrainingOutcome.restored_epoch", COUNT),
          entry("TrainingOutcome.checkpoint_uri", text(65_536)),
          entry("TrainingOutcome.failure_message", text(1_000_000)),
          entry("TrainingOutcome.stop_command_id", text(256)),
          // A newer trainer may know more of them.
          entry("TrainingOutcome.kept_weights", ANY));

  private static final Set<String> REQUIRED =
      Set.of(
          "connectome.run.v1.Enforcement.suspended",
          "connectome.run.v1.UpdateEnforcementRequest.enforcement",
          "connectome.trainer.v1.FinishRequest.outcome",
          "connectome.trainer.v1.ReportOutcomeRequest.outcome");

  private FieldLimits() {}

  /** Whether a field with presence must be set. */
  static boolean isRequired(FieldDescriptor field) {
    return REQUIRED.contains(field.getFullName());
  }

  /** The limit of a field; empty for one that has none or whose message has limits of its own. */
  static Optional<Limit> of(FieldDescriptor field) {
    String inMessage = field.getContainingType().getName() + "." + field.getName();
    return Optional.ofNullable(KubernetesLimits.BY_FIELD.get(inMessage))
        .or(() -> Optional.ofNullable(LIMITS.getOrDefault(inMessage, LIMITS.get(field.getName()))));
  }
}
