package dev.connectome.controller.launch.kubernetes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Merges Kubernetes objects by the rules of strategic merge for the fields of a Job, but that
 * sources of variables add up: values of the patch win, null removes a field, lists in {@link
 * #KEYS} are merged by key, those in {@link #JOINED} are appended, and all other lists are
 * replaced. A volume and a variable have one source: one of another kind takes the place of the one
 * below.
 */
final class StrategicMerge {

  /** The merge key of each list, by the name of the list's field. */
  private static final Map<String, String> KEYS =
      Map.of(
          "containers", "name",
          "initContainers", "name",
          "env", "name",
          "volumes", "name",
          "imagePullSecrets", "name",
          "volumeMounts", "mountPath",
          "ports", "containerPort");

  private static final Set<String> ONE_SOURCE = Set.of("volumes", "env");

  private static final Set<String> JOINED = Set.of("tolerations", "envFrom");

  private StrategicMerge() {}

  /** Returns a new object. */
  static Map<String, Object> merge(Map<String, ?> lower, Map<String, ?> upper) {
    Map<String, Object> merged = new LinkedHashMap<>(lower);
    upper.forEach(
        (field, value) -> {
          if (value == null) {
            merged.remove(field);
          } else {
            merged.put(field, value(field, merged.get(field), value));
          }
        });
    return merged;
  }

  private static Object value(String field, @Nullable Object lower, Object upper) {
    if (lower instanceof Map<?, ?> below && upper instanceof Map<?, ?> above) {
      return merge(fields(below), fields(above));
    }
    if (lower instanceof List<?> below && upper instanceof List<?> above) {
      if (JOINED.contains(field)) {
        List<Object> joined = new ArrayList<>(below);
        joined.addAll(above);
        return joined;
      }
      String key = KEYS.get(field);
      if (key != null) {
        return mergeByKey(field, key, below, above);
      }
    }
    return upper;
  }

  private static List<Object> mergeByKey(String field, String key, List<?> lower, List<?> upper) {
    Map<Object, Object> merged = new LinkedHashMap<>();
    for (List<?> list : List.of(lower, upper)) {
      for (Object element : list) {
        Map<String, ?> fields = fields((Map<?, ?>) element);
        Object name = Objects.requireNonNullElse(fields.get(key), "");
        Object below = merged.get(name);
        merged.put(
            name,
            below == null || otherSource(field, (Map<?, ?>) below, fields)
                ? fields
                : merge(fields((Map<?, ?>) below), fields));
      }
    }
    return new ArrayList<>(merged.values());
  }

  private static boolean otherSource(String field, Map<?, ?> below, Map<?, ?> above) {
    return ONE_SOURCE.contains(field) && !below.keySet().containsAll(above.keySet());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, ?> fields(Map<?, ?> object) {
    return (Map<String, ?>) object;
  }
}
