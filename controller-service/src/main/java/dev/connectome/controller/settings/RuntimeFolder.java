package dev.connectome.controller.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The operator's runtimes: in one folder, a file NAME.yaml each. */
public final class RuntimeFolder {

  private static final String ENDING = ".yaml";

  private RuntimeFolder() {}

  /**
   * The files by the names of their runtimes. What begins with a dot is left out: so Kubernetes
   * keeps the versions of a ConfigMap.
   *
   * @throws IllegalArgumentException if the folder cannot be read
   */
  public static Map<String, Path> files(Path folder) {
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.toList();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read the runtimes in %s: %s".formatted(folder, e), e);
    }
    Map<String, Path> runtimes = new TreeMap<>();
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      if (name.endsWith(ENDING) && !name.startsWith(".")) {
        runtimes.put(name.substring(0, name.length() - ENDING.length()), file);
      }
    }
    return runtimes;
  }
}
