package dev.connectome.controller.launch.kubernetes;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Objects that tools have rendered, so that they can be compared. */
final class RenderedObjects {

  private RenderedObjects() {}

  /** The same by namespace, kind and name. */
  static Map<String, Map<String, Object>> byPlace(List<Map<String, Object>> objects) {
    return objects.stream()
        .collect(
            Collectors.toMap(
                object ->
                    Kustomization.map(object.get("metadata")).get("namespace")
                        + "/"
                        + Kustomization.id(object),
                object -> Kustomization.map(Objects.requireNonNull(sorted(object))),
                (first, second) -> first,
                TreeMap::new));
  }

  /**
   * By kind and name, with lists of named things in order of names: Kustomize has its own order.
   */
  static Map<String, Map<String, Object>> byId(List<Map<String, Object>> objects) {
    return objects.stream()
        .collect(
            Collectors.toMap(
                Kustomization::id,
                object -> Kustomization.map(Objects.requireNonNull(sorted(object))),
                (first, second) -> first,
                TreeMap::new));
  }

  private static Object sorted(Object node) {
    if (node instanceof Map<?, ?> map) {
      Map<String, Object> result = new TreeMap<>();
      map.forEach((key, value) -> result.put(key.toString(), sorted(value)));
      return result;
    }
    if (node instanceof List<?> list) {
      return list.stream().map(RenderedObjects::sorted).sorted(byName()).toList();
    }
    return String.valueOf(node);
  }

  private static Comparator<Object> byName() {
    Function<Object, String> name =
        element ->
            element instanceof Map<?, ?> map && map.containsKey("name")
                ? map.get("name").toString()
                : "";
    return Comparator.comparing(name);
  }
}
