package dev.connectome.controller.launch.kubernetes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lays one Kubernetes object over another as Kubernetes' strategic merge does, for what occurs in a
 * Job: fields of the upper one win, null removes a field, lists of named things are merged by their
 * key, tolerations are joined, and any other list is replaced.
 */
final class StrategicMerge {

  /** The key by which the elements of a list are the same, by the list's field. */
  private static final Map<String, String> KEYS =
      Map.of(
          "containers", "name",
          "initContainers", "name",
          "env", "name",
          "volumes", "name",
          "imagePullSecrets", "name",
          "volumeMounts", "mountPath",
          "ports", "containerPort");

  private static final String JOINED = "tolerations";

  private StrategicMerge() {}

  /**
   * Merges.
   *
   * @param lower the object below
   * @param upper the one laid over it
   * @return a new object
   */
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
      if (field.equals(JOINED)) {
        List<Object> joined = new ArrayList<>(below);
        joined.addAll(above);
        return joined;
      }
      String key = KEYS.get(field);
      if (key != null) {
        return mergeByKey(key, below, above);
      }
    }
    return upper;
  }

  private static List<Object> mergeByKey(String key, List<?> lower, List<?> upper) {
    Map<Object, Object> merged = new LinkedHashMap<>();
    for (List<?> list : List.of(lower, upper)) {
      for (Object element : list) {
        Map<String, ?> fields = fields((Map<?, ?>) element);
        Object name = Objects.requireNonNullElse(fields.get(key), "");
        Object below = merged.get(name);
        merged.put(name, below == null ? fields : merge(fields((Map<?, ?>) below), fields));
      }
    }
    return new ArrayList<>(merged.values());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, ?> fields(Map<?, ?> object) {
    return (Map<String, ?>) object;
  }
}
