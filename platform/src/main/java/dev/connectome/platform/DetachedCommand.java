package dev.connectome.platform;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Commands in a session of their own: Ctrl-C on the terminal then reaches only this process, which
 * ends the others in order.
 */
final class DetachedCommand {
  private DetachedCommand() {}

  /** Prefixes a command with {@code setsid} if the system has it; the process id stays the same. */
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
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
