package dev.connectome.controller.api;

import dev.connectome.controller.api.Rejection.Violation;
import dev.connectome.controller.codec.PolicyCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.store.RunList;
import dev.connectome.controller.store.RunRow;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** Checks what callers of the run API ask for and turns it into what the controller works with. */
final class RunRequests {

  private static final Pattern ID = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_.-]{0,63}");
  private static final int MAX_REASON = 1_024;
  private static final int MAX_LABELS = 64;
  private static final int MAX_SHADOWS = 16;
  private static final String BUDGET = "spec.epochs";
  private static final List<String> CHANGEABLE =
      List.of("labels", "policy", "shadow_policies", BUDGET);

  private RunRequests() {}

  /** The run_id or uid in a resource name. */
  static String id(String field, String name) {
    if (!name.startsWith("runs/") || name.length() == "runs/".length()) {
      throw Rejection.invalid(field, "must be runs/{run_id}, not \"%s\"".formatted(name));
    }
    return name.substring("runs/".length());
  }

  /** The name that a new run gets. */
  static String newId(CreateTrainingRunRequest request) {
    String asked = request.getTrainingRunId();
    if (asked.isEmpty()) {
      return "run-" + UUID.randomUUID().toString().substring(0, 8);
    }
    if (!ID.matcher(asked).matches()) {
      throw Rejection.invalid(
          "training_run_id",
          "must be lower-case letters, digits and hyphens, begin with a letter, not end with a hyphen and be at most 63 long, not \"%s\""
              .formatted(asked));
    }
    if (RunRow.isUid(asked)) {
      throw Rejection.invalid(
          "training_run_id",
          "must not look like a uid, which runs are found by too, as \"%s\" does".formatted(asked));
    }
    return asked;
  }

  static Optional<String> requestId(CreateTrainingRunRequest request) {
    if (request.getRequestId().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(UUID.fromString(request.getRequestId()).toString());
    } catch (IllegalArgumentException e) {
      throw Rejection.invalid(
          "request_id", "must be a UUID, not \"%s\"".formatted(request.getRequestId()));
    }
  }

  /** Who starts the trainer; whoever the operator chose if the caller does not say. */
  static String launcher(TrainingRun run, String standard) {
    return switch (run.getLauncher()) {
      case LAUNCHER_KIND_UNSPECIFIED -> standard.toUpperCase(Locale.ROOT);
      case LAUNCHER_KIND_LOCAL -> RunRow.LOCAL;
      case LAUNCHER_KIND_KUBERNETES -> RunRow.KUBERNETES;
      case LAUNCHER_KIND_EXTERNAL -> RunRow.EXTERNAL;
      case UNRECOGNIZED ->
          throw Rejection.invalid(
              "training_run.launcher",
              "must be one of "
                  + List.of(
                      LauncherKind.LAUNCHER_KIND_LOCAL,
                      LauncherKind.LAUNCHER_KIND_KUBERNETES,
                      LauncherKind.LAUNCHER_KIND_EXTERNAL));
    };
  }

  /** What is asked for, complete. */
  static RunDefinition definition(TrainingRun run, String launcher) {
    List<Violation> violations = new ArrayList<>();
    labels(run.getLabelsMap(), violations);
    int restoreDistance = policies(run, violations);
    var definition =
        TrainingRun.newBuilder()
            .putAllLabels(run.getLabelsMap())
            .setSpec(SpecValidation.complete(run.getSpec(), restoreDistance, violations))
            .setPolicy(complete(run.getPolicy(), violations));
    for (StoppingPolicy shadow : run.getShadowPoliciesList()) {
      definition.addShadowPolicies(complete(shadow, violations));
    }
    if (launcher.equals(RunRow.KUBERNETES)) {
      KubernetesSpecValidation.check(run.getKubernetes(), violations);
      definition.setKubernetes(run.getKubernetes());
    } else if (!run.getKubernetes().equals(KubernetesSpec.getDefaultInstance())) {
      violations.add(
          new Violation(
              "training_run.kubernetes",
              "is only for launcher KUBERNETES, and this run's is " + launcher));
    }
    if (!violations.isEmpty()) {
      throw Rejection.invalid(violations.stream().distinct().toList());
    }
    return new RunDefinition(definition.build());
  }

  /** A definition with what the request changes. */
  static RunDefinition changed(RunDefinition old, UpdateTrainingRunRequest request) {
    List<String> paths = request.getUpdateMask().getPathsList();
    if (paths.isEmpty() || !CHANGEABLE.containsAll(paths)) {
      throw Rejection.invalid(
          "update_mask", "must name some of %s, not %s".formatted(CHANGEABLE, paths));
    }
    TrainingRun.Builder run = old.message().toBuilder();
    TrainingRun asked = request.getTrainingRun();
    List<Violation> violations = new ArrayList<>();
    if (paths.contains("labels")) {
      labels(asked.getLabelsMap(), violations);
      run.clearLabels().putAllLabels(asked.getLabelsMap());
    }
    if (paths.contains("policy")) {
      run.setPolicy(complete(asked.getPolicy(), violations));
    }
    if (paths.contains("shadow_policies")) {
      run.clearShadowPolicies();
      asked
          .getShadowPoliciesList()
          .forEach(shadow -> run.addShadowPolicies(complete(shadow, violations)));
    }
    if (paths.contains(BUDGET)) {
      run.getSpecBuilder().setEpochs(SpecValidation.budget(asked.getSpec(), violations));
    }
    policies(run.build(), violations);
    if (!violations.isEmpty()) {
      throw Rejection.invalid(violations.stream().distinct().toList());
    }
    return new RunDefinition(run.build());
  }

  private static void labels(Map<String, String> labels, List<Violation> violations) {
    if (labels.size() > MAX_LABELS) {
      violations.add(
          new Violation(
              "training_run.labels",
              "must be at most %d, not %d".formatted(MAX_LABELS, labels.size())));
    }
    labels.forEach(
        (key, value) -> {
          if (key.isEmpty() || !LABEL.matcher(key).matches() || !LABEL.matcher(value).matches()) {
            violations.add(
                new Violation(
                    "training_run.labels",
                    "must be letters, digits, '-', '_' and '.', at most 63, not \"%s=%s\""
                        .formatted(key, value)));
          }
        });
  }

  /** Checks all policies; returns how far back one of them may want weights from. */
  private static int policies(TrainingRun run, List<Violation> violations) {
    if (run.getShadowPoliciesCount() > MAX_SHADOWS) {
      violations.add(
          new Violation(
              "training_run.shadow_policies",
              "must be at most %d, not %d".formatted(MAX_SHADOWS, run.getShadowPoliciesCount())));
    }
    int distance = 0;
    Set<String> ids = new HashSet<>();
    List<StoppingPolicy> all = new ArrayList<>(run.getShadowPoliciesList());
    all.add(run.getPolicy());
    for (StoppingPolicy message : all) {
      String field =
          message == run.getPolicy() ? "training_run.policy" : "training_run.shadow_policies";
      try {
        var policy = PolicyCodec.policy(message);
        distance = Math.max(distance, policy.restoreDistance());
        if (!ids.add(policy.id())) {
          violations.add(
              new Violation(
                  field + ".policy_id",
                  "must be unique among the run's policies, and \"%s\" is not; name one of them"
                      .formatted(policy.id())));
        }
      } catch (IllegalArgumentException e) {
        violations.add(new Violation(field, String.valueOf(e.getMessage())));
      }
    }
    return distance;
  }

  /** A policy with what it takes by default written out. */
  static StoppingPolicy complete(StoppingPolicy message, List<Violation> violations) {
    try {
      return PolicyCodec.complete(message);
    } catch (IllegalArgumentException e) {
      violations.add(new Violation("training_run.policy", String.valueOf(e.getMessage())));
      return message;
    }
  }

  static String reason(String field, String reason) {
    if (reason.length() > MAX_REASON) {
      throw Rejection.invalid(
          field, "must be at most %d characters, not %d".formatted(MAX_REASON, reason.length()));
    }
    return reason;
  }

  static int pageSize(int asked, int standard) {
    if (asked < 0) {
      throw Rejection.invalid("page_size", "must be 0 or more, not " + asked);
    }
    return asked == 0 ? standard : Math.min(asked, 1_000);
  }

  static String token(RunRow last) {
    return encode(last.createTime() + " " + last.uid());
  }

  static Optional<RunList.Place> place(String token) {
    if (token.isEmpty()) {
      return Optional.empty();
    }
    try {
      String[] parts = decode(token).split(" ", 2);
      return Optional.of(new RunList.Place(Instant.parse(parts[0]), UUID.fromString(parts[1])));
    } catch (RuntimeException e) {
      throw badToken();
    }
  }

  /** A page token made of numbers. */
  static String token(long... numbers) {
    var text = new StringBuilder();
    for (long number : numbers) {
      text.append(number).append(' ');
    }
    return encode(text.toString().strip());
  }

  /** The numbers of a page token; zeros for none. */
  static long[] numbers(String token, int count) {
    var numbers = new long[count];
    if (token.isEmpty()) {
      return numbers;
    }
    try {
      String[] parts = decode(token).split(" ", -1);
      for (int i = 0; i < count; i++) {
        numbers[i] = Long.parseLong(parts[i]);
      }
      return numbers;
    } catch (RuntimeException e) {
      throw badToken();
    }
  }

  private static io.grpc.StatusRuntimeException badToken() {
    return Rejection.invalid("page_token", "must be a next_page_token of this call, or empty");
  }

  private static String encode(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String decode(String token) {
    return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
  }
}
