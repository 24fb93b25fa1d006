package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The layout of everything that a platform keeps.
 *
 * @param root the directory
 */
record StateDirectory(Path root) {
  /** The layout's version; another one is not touched. */
  static final String VERSION = "1";

  /**
   * Makes the directory, or checks that it is one of this version.
   *
   * @throws PlatformException if it cannot be made, holds something else, or is of another version
   */
  void prepare() {
    try {
      Files.createDirectories(root);
      Path version = root.resolve("version");
      if (Files.exists(version)) {
        String found = Files.readString(version).strip();
        if (!found.equals(VERSION)) {
          throw PlatformException.badInput(
              "the state directory "
                  + root
                  + " is of version "
                  + found
                  + ", this program's is "
                  + VERSION
                  + ": name another one with --state-dir, or delete it");
        }
      } else if (holdsSomething()) {
        throw PlatformException.badInput(
            root
                + " is not empty and not a state directory (it has no file 'version'): name another"
                + " one with --state-dir");
      } else {
        Files.writeString(version, VERSION + "\n");
      }
      for (Path directory : List.of(config(), logs(), pids(), runs())) {
        Files.createDirectories(directory);
      }
    } catch (IOException e) {
      throw PlatformException.failed(
          "the state directory " + root + " cannot be used: " + IoMessages.of(e), e);
    }
  }

  private boolean holdsSomething() throws IOException {
    try (Stream<Path> content = Files.list(root)) {
      return content.anyMatch(path -> !path.equals(lock()));
    }
  }

  Path lock() {
    return root.resolve("lock");
  }

  Path endpoints() {
    return root.resolve(Endpoints.FILE_NAME);
  }

  Path config() {
    return root.resolve("config");
  }

  Path config(String service) {
    return config().resolve(service + ".properties");
  }

  Path logs() {
    return root.resolve("logs");
  }

  Path log(String service) {
    return logs().resolve(service + ".log");
  }

  Path pids() {
    return root.resolve("pids");
  }

  Path pid(String service) {
    return pids().resolve(service + ".pid");
  }

  Path kafka() {
    return root.resolve("kafka");
  }

  PostgresFiles postgres() {
    return new PostgresFiles(
        root.resolve("postgres"), root.resolve("postgres.password"), log(ServiceNames.POSTGRES));
  }

  Path streams() {
    return root.resolve("connectome-service");
  }

  Path runs() {
    return root.resolve("runs");
  }

  /**
   * The files in which the controller noted its trainers.
   *
   * @return those that exist
   * @throws IOException if the directory cannot be read
   */
  List<Path> trainerPids() throws IOException {
    if (!Files.isDirectory(runs())) {
      return List.of();
    }
    try (Stream<Path> files = Files.find(runs(), 4, (path, attributes) -> isTrainerPid(path))) {
      return files.toList();
    }
  }

  private boolean isTrainerPid(Path path) {
    Path relative = runs().relativize(path);
    return relative.getNameCount() == 4
        && relative.getName(1).toString().equals("attempts")
        && relative.getName(3).toString().equals("trainer.pid");
  }
}
