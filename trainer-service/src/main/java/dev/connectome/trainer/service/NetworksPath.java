package dev.connectome.trainer.service;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The jars with the networks that users add. */
final class NetworksPath {

  private NetworksPath() {}

  /**
   * Opens jars and folders of jars.
   *
   * @param path paths, separated by the system's path separator; possibly empty
   * @throws UserException if a path does not exist, or is a folder without jars
   */
  static URLClassLoader open(String path) throws UserException {
    List<URL> jars = new ArrayList<>();
    for (String entry : path.split(File.pathSeparator)) {
      if (!entry.isBlank()) {
        for (Path jar : jars(Path.of(entry))) {
          try {
            jars.add(jar.toUri().toURL());
          } catch (IOException e) {
            throw new UserException("cannot open %s: %s".formatted(jar, e.getMessage()));
          }
        }
      }
    }
    return new URLClassLoader(
        "networks", jars.toArray(URL[]::new), NetworksPath.class.getClassLoader());
  }

  private static List<Path> jars(Path entry) throws UserException {
    if (Files.isRegularFile(entry)) {
      return List.of(entry);
    }
    if (!Files.isDirectory(entry)) {
      throw new UserException(
          "networks path %s does not exist; give a jar or a folder of jars".formatted(entry));
    }
    try (Stream<Path> entries = Files.list(entry)) {
      List<Path> jars = entries.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
      if (jars.isEmpty()) {
        throw new UserException(
            "networks path %s has no jars; give a jar or a folder of jars".formatted(entry));
      }
      return jars;
    } catch (IOException e) {
      throw new UserException("cannot list %s: %s".formatted(entry, e.getMessage()));
    }
  }
}
