package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The layout of everything that a platform keeps. */
record StateDirectory(Path root) {
  /** The layout's version; a directory of another version is not touched. */
  static final String VERSION = "1";

  private static final String PID = ".pid";

  /**
   * Creates the directory, or checks that it is one of this version. No other user may enter it.
   *
   * @throws PlatformException if it cannot be created, holds something else, or is of another
   *     version
   */
  void prepare() {
    try {
      OwnerOnly.create(root);
      Path version = root.resolve("version");
      if (Files.exists(version)) {
        String found = Files.readString(version).strip();
        if (!found.equals(VERSION)) {
          throw PlatformException.badInput(
              "the state directory "
                  + root
                  + " has version "
                  + found
                  + ", this program needs version "
                  + VERSION
                  + ": choose another state directory, or delete this one");
        }
      } else if (hasContent()) {
        throw PlatformException.badInput(
            root
                + " is not empty and not a state directory (it has no file 'version'): choose"
                + " another state directory");
      } else {
        Files.writeString(version, VERSION + "\n");
      }
      for (Path directory : List.of(root, config(), logs(), pids(), runs())) {
        OwnerOnly.directory(directory);
      }
    } catch (IOException e) {
      throw PlatformException.failed(
          "the state directory " + root + " cannot be used: " + IoMessages.of(e), e);
    }
  }

  /**
   * Checks that nobody else can have written what is in the directory: a checkout or another user
   * may bring one along.
   *
   * @throws PlatformException if somebody could
   */
  void checkOwner() {
    try {
      Object owner = Files.getAttribute(root, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      boolean isOwn =
          owner.equals(self) && Files.getPosixFilePermissions(root).equals(OwnerOnly.DIRECTORY);
      if (!isOwn || Files.isSymbolicLink(token())) {
        throw PlatformException.badInput(
            root
                + " is not as 'connectome up' makes a state directory, which is its owner's alone:"
                + " its token is not used; name another one with --state-dir");
      }
    } catch (IOException e) {
      throw PlatformException.failed(
          "the state directory " + root + " cannot be used: " + IoMessages.of(e), e);
    }
  }

  private boolean hasContent() throws IOException {
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

  /** The token of who has started the platform. */
  Path token() {
    return root.resolve(PlatformTokens.OWNERS);
  }

  /** The token of the trainers that the controller starts. */
  Path trainersToken() {
    return root.resolve("trainer.token");
  }

  Path config() {
    return root.resolve("config");
  }

  /** What the tokens are worth, for the services. */
  Path grants() {
    return config().resolve("tokens");
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
    return pids().resolve(service + PID);
  }

  /** The files that record the services, whichever were started; broker and database are none. */
  List<Path> servicePids() throws IOException {
    if (!Files.isDirectory(pids())) {
      return List.of();
    }
    List<Path> others = List.of(pid(ServiceNames.KAFKA), pid(ServiceNames.POSTGRES));
    try (Stream<Path> files = Files.list(pids())) {
      return files.filter(file -> file.toString().endsWith(PID) && !others.contains(file)).toList();
    }
  }

  Path kafka() {
    return root.resolve("kafka");
  }

  PostgresFiles postgres() {
    return new PostgresFiles(
        root.resolve("postgres"),
        root.resolve("postgres.password"),
        log(ServiceNames.POSTGRES),
        pid(ServiceNames.POSTGRES));
  }

  /** An empty folder for the temporary files of a service that is about to start. */
  Path temporary(String service) throws IOException {
    Path folder = root.resolve("tmp").resolve(service);
    Directories.delete(folder);
    OwnerOnly.create(folder);
    return folder;
  }

  Path streams() {
    return root.resolve("connectome-service");
  }

  Path runs() {
    return root.resolve("runs");
  }

  /** The files in which the controller has recorded its trainers. */
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
