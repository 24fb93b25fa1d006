package dev.connectome.platform;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Commands in a session of their own: Ctrl-C on the terminal then reaches only the platform, which
 * ends them in order.
 */
final class DetachedCommand {
  private DetachedCommand() {}

  /**
   * Puts {@code setsid} before a command where the system has it; the process keeps its number.
   *
   * @param command the command
   * @return the command to start
   */
  static List<String> of(List<String> command) {
    Optional<Path> setsid = find("setsid");
    if (setsid.isEmpty()) {
      return command;
    }
    List<String> detached = new ArrayList<>();
    detached.add(setsid.get().toString());
    detached.addAll(command);
    return detached;
  }

  private static Optional<Path> find(String program) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return List.of(path.split(File.pathSeparator, -1)).stream()
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
