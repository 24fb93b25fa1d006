package dev.connectome.controller.api;

import com.google.api.FieldBehavior;
import com.google.api.FieldBehaviorProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.connectome.controller.codec.PolicyCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.store.RunRow;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an update changes in the definition of a run. */
final class RunUpdate {

  private static final String LABELS = "labels";
  private static final String LABEL = "labels.";
  private static final String POLICY = "policy";
  private static final String SHADOWS = "shadow_policies";
  private static final String BUDGET = "spec.epochs";
  private static final List<String> CHANGEABLE =
      List.of(LABELS, "labels.KEY", POLICY, SHADOWS, BUDGET);

  private final TrainingRun asked;
  private final List<String> paths;
  private final String launcher;

  private RunUpdate(TrainingRun asked, List<String> paths, String launcher) {
    this.asked = asked;
    this.paths = paths;
    this.launcher = launcher;
  }

  /** The definition of a run with the changes that a request asks for. */
  static RunDefinition changed(RunDefinition old, RunRow run, UpdateTrainingRunRequest request) {
    TrainingRun asked = request.getTrainingRun();
    if (!asked.getEtag().isEmpty() && !asked.getEtag().equals(old.etag())) {
      throw new RunException(
          RunException.Kind.RUN_CHANGED,
          "run \"%s\" has been changed since it had the etag %s; read it again and repeat the change"
              .formatted(run.runId(), asked.getEtag()));
    }
    List<String> named = request.getUpdateMask().getPathsList();
    var update = new RunUpdate(asked, named.isEmpty() ? populated(asked) : named, run.launcher());
    return update.applyTo(old);
  }

  private RunDefinition applyTo(RunDefinition old) {
    TrainingRun.Builder run = old.message().toBuilder();
    boolean any = false;
    for (String path : paths) {
      any |= apply(path, run);
    }
    if (!any) {
      throw refused(paths);
    }
    return new RunDefinition(run.build());
  }

  /** Returns false for what is passed over. */
  private boolean apply(String path, TrainingRun.Builder run) {
    switch (path) {
      case "*" -> {
        setImmutable(run);
        List.of(LABELS, POLICY, SHADOWS, BUDGET).forEach(one -> apply(one, run));
      }
      case LABELS -> run.clearLabels().putAllLabels(asked.getLabelsMap());
      case POLICY -> run.setPolicy(PolicyCodec.complete(asked.getPolicy()));
      case SHADOWS -> {
        run.clearShadowPolicies();
        asked
            .getShadowPoliciesList()
            .forEach(shadow -> run.addShadowPolicies(PolicyCodec.complete(shadow)));
      }
      case BUDGET -> run.getSpecBuilder().setEpochs(SpecDefaults.epochs(asked.getSpec()));
      case "spec" -> {
        setImmutable(run);
        if (!asked.getSpec().hasEpochs()) {
          throw refused(List.of(path));
        }
        return apply(BUDGET, run);
      }
      case "launcher", "kubernetes" -> {
        setImmutable(run);
        return false;
      }
      default -> {
        if (path.startsWith(LABEL) && path.length() > LABEL.length()) {
          setLabel(path.substring(LABEL.length()), run);
        } else if (isPassedOver(path)) {
          return false;
        } else {
          throw refused(List.of(path));
        }
      }
    }
    return true;
  }

  private void setLabel(String key, TrainingRun.Builder run) {
    if (asked.containsLabels(key)) {
      run.putLabels(key, asked.getLabelsOrThrow(key));
    } else {
      run.removeLabels(key);
    }
  }

  /** Fields that cannot change may be sent as they are. */
  private void setImmutable(TrainingRun.Builder run) {
    var spec = run.getSpec().toBuilder().clearEpochs().build();
    var askedSpec = asked.getSpec().toBuilder().clearEpochs().build();
    boolean sameSpec =
        askedSpec.equals(askedSpec.getDefaultInstanceForType()) || askedSpec.equals(spec);
    Map<String, Boolean> same = new LinkedHashMap<>();
    same.put("spec", sameSpec);
    same.put(
        "kubernetes", !asked.hasKubernetes() || asked.getKubernetes().equals(run.getKubernetes()));
    same.put(
        "launcher",
        asked.getLauncher() == LauncherKind.LAUNCHER_KIND_UNSPECIFIED
            || asked.getLauncher().name().equals("LAUNCHER_KIND_" + launcher));
    same.forEach(
        (field, unchanged) -> {
          if (!unchanged) {
            throw ApiErrors.invalid(
                "training_run." + field,
                "is immutable%s; leave it out or send it as it is"
                    .formatted(field.equals("spec") ? " but for spec.epochs" : ""));
          }
        });
  }

  /** The fields that are set, of labels each key. */
  private static List<String> populated(TrainingRun asked) {
    List<String> paths = new ArrayList<>();
    asked.getLabelsMap().keySet().forEach(key -> paths.add(LABEL + key));
    if (asked.hasPolicy()) {
      paths.add(POLICY);
    }
    if (asked.getShadowPoliciesCount() > 0) {
      paths.add(SHADOWS);
    }
    if (asked.getSpec().hasEpochs()) {
      paths.add("spec");
    }
    paths.add("launcher");
    return paths;
  }

  private static boolean isPassedOver(String path) {
    FieldDescriptor field = TrainingRun.getDescriptor().findFieldByName(path.split("\\.", 2)[0]);
    return field != null
        && (List.of("name", "etag").contains(field.getName())
            || field
                .getOptions()
                .getExtension(FieldBehaviorProto.fieldBehavior)
                .contains(FieldBehavior.OUTPUT_ONLY));
  }

  private static RuntimeException refused(List<String> paths) {
    return ApiErrors.invalid(
        "update_mask", "must name some of %s, not %s".formatted(CHANGEABLE, paths));
  }
}
