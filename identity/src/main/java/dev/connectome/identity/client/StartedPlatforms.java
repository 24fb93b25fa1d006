package dev.connectome.identity.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The platforms that this user has started on this machine: a file for each of their ports, below
 * {@code $XDG_STATE_HOME/connectome/platforms}, with the state directory and the process that
 * supervises the platform. It holds no secret.
 *
 * @param directory where the files are
 */
public record StartedPlatforms(Path directory) {

  /** Those whose files are in a directory. */
  static StartedPlatforms in(Path directory) {
    return new StartedPlatforms(directory);
  }

  /** Those of this user. */
  public static StartedPlatforms ofThisUser() {
    return in(directory(System.getenv()));
  }

  static Path directory(Map<String, String> environment) {
    String base = environment.getOrDefault("XDG_STATE_HOME", "");
    String home = environment.getOrDefault("HOME", System.getProperty("user.home", ""));
    Path state = base.isEmpty() ? Path.of(home, ".local", "state") : Path.of(base);
    return state.resolve("connectome").resolve("platforms");
  }

  /** The state directory of the platform on a port; empty if none of this user is up there. */
  Optional<Path> stateDirectory(int port) {
    try {
      List<String> lines = Files.readAllLines(file(port));
      return ProcessStamp.parse(lines.get(0)).filter(ProcessStamp::isAlive).isPresent()
          ? Optional.of(Path.of(lines.get(1)))
          : Optional.empty();
    } catch (IOException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /**
   * Notes that this process supervises a platform.
   *
   * @param ports of its services
   */
  public void add(Path stateDirectory, List<Integer> ports) throws IOException {
    if (!directory.isAbsolute()) {
      throw new IOException("this user has no home directory");
    }
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    ProcessStamp self = ProcessStamp.ofThisProcess();
    for (int port : ports) {
      Path part = directory.resolve(port + "." + self.pid());
      Files.writeString(part, self + "\n" + stateDirectory + "\n");
      Files.move(part, file(port), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Forgets the platform of this process. */
  public void remove(List<Integer> ports) throws IOException {
    String self = ProcessStamp.ofThisProcess().toString();
    for (int port : ports) {
      if (Files.exists(file(port)) && Files.readString(file(port)).startsWith(self + "\n")) {
        Files.delete(file(port));
      }
    }
  }

  private Path file(int port) {
    return directory.resolve(Integer.toString(port));
  }
}
