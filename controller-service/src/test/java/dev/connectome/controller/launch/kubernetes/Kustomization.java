package dev.connectome.controller.launch.kubernetes;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Renders what the project's own kustomizations use of Kustomize, so that the build needs no {@code
 * kubectl}: resources, strategic-merge patches, generated ConfigMaps, labels, namespace and images.
 * Anything else in a kustomization is an error.
 */
final class Kustomization {

  private static final KubernetesSerialization YAML = new KubernetesSerialization();
  private static final Set<String> KNOWN =
      Set.of(
          "apiVersion",
          "kind",
          "namespace",
          "labels",
          "resources",
          "patches",
          "images",
          "configMapGenerator");
  private static final Set<String> CLUSTER_WIDE = Set.of("Namespace");

  private Kustomization() {}

  /** Renders a folder. */
  static List<Map<String, Object>> render(Path folder) throws IOException {
    Map<String, Object> kustomization =
        documents(Files.readString(folder.resolve("kustomization.yaml"))).get(0);
    if (!KNOWN.containsAll(kustomization.keySet())) {
      throw new IOException(folder + " uses more of Kustomize than is known here");
    }
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Object resource : list(kustomization, "resources")) {
      Path path = folder.resolve(resource.toString());
      objects.addAll(Files.isDirectory(path) ? render(path) : documents(Files.readString(path)));
    }
    for (Object generator : list(kustomization, "configMapGenerator")) {
      objects.add(configMap(folder, map(generator)));
    }
    for (Object patch : list(kustomization, "patches")) {
      String path = map(patch).get("path").toString();
      documents(Files.readString(folder.resolve(path))).forEach(change -> apply(change, objects));
    }
    for (Map<String, Object> object : objects) {
      finish(object, kustomization);
    }
    return objects;
  }

  /** The objects in a file of YAML. */
  static List<Map<String, Object>> documents(String yaml) {
    return Arrays.stream(yaml.split("(?m)^---\\s*$"))
        .filter(text -> text.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#")))
        .map(text -> map(YAML.unmarshal(text, Map.class)))
        .toList();
  }

  /** What tells an object from the others. */
  static String id(Map<String, Object> object) {
    return object.get("kind") + "/" + map(object.get("metadata")).get("name");
  }

  private static Map<String, Object> configMap(Path folder, Map<String, Object> generator)
      throws IOException {
    Map<String, Object> data = new LinkedHashMap<>();
    for (Object file : list(generator, "files")) {
      data.put(file.toString(), Files.readString(folder.resolve(file.toString())));
    }
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("name", generator.get("name"));
    metadata.put("labels", map(generator.get("options")).get("labels"));
    Map<String, Object> configMap = new LinkedHashMap<>();
    configMap.put("apiVersion", "v1");
    configMap.put("kind", "ConfigMap");
    configMap.put("metadata", metadata);
    configMap.put("data", data);
    return configMap;
  }

  private static void apply(Map<String, Object> change, List<Map<String, Object>> objects) {
    for (int i = 0; i < objects.size(); i++) {
      if (id(objects.get(i)).equals(id(change))) {
        objects.set(i, StrategicMerge.merge(objects.get(i), change));
        return;
      }
    }
    throw new IllegalArgumentException("a patch is for what is not there: " + id(change));
  }

  private static void finish(Map<String, Object> object, Map<String, Object> kustomization) {
    Map<String, Object> metadata = new LinkedHashMap<>(map(object.get("metadata")));
    if (kustomization.containsKey("namespace") && !CLUSTER_WIDE.contains(object.get("kind"))) {
      metadata.put("namespace", kustomization.get("namespace"));
      subjects(object, kustomization.get("namespace"));
    }
    for (Object labels : list(kustomization, "labels")) {
      Map<String, Object> all =
          metadata.get("labels") == null
              ? new LinkedHashMap<>()
              : new LinkedHashMap<>(map(metadata.get("labels")));
      all.putAll(map(map(labels).get("pairs")));
      metadata.put("labels", all);
    }
    object.put("metadata", metadata);
    for (Object image : list(kustomization, "images")) {
      tag(object, map(image));
    }
  }

  private static void subjects(Map<String, Object> object, Object namespace) {
    if ("RoleBinding".equals(object.get("kind"))) {
      list(object, "subjects").forEach(subject -> map(subject).putIfAbsent("namespace", namespace));
    }
  }

  private static void tag(Object node, Map<String, Object> image) {
    if (node instanceof List<?> list) {
      list.forEach(element -> tag(element, image));
    } else if (node instanceof Map<?, ?>) {
      Map<String, Object> fields = map(node);
      if (image.get("name").equals(fields.get("image"))) {
        fields.put("image", image.get("name") + ":" + image.get("newTag"));
      }
      fields.values().forEach(value -> tag(value, image));
    }
  }

  private static List<?> list(Map<String, Object> fields, String name) {
    return (List<?>) fields.getOrDefault(name, List.of());
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }
}
