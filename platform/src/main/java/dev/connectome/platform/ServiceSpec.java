package dev.connectome.platform;

import java.nio.file.Path;
import java.util.List;

/**
 * How a child process is started and watched.
 *
 * @param directory in which it works
 * @param log the file to which its output is appended
 * @param pidFile records its process
 * @param health asked once it is started
 */
record ServiceSpec(
    String name, List<String> command, Path directory, Path log, Path pidFile, Health health) {
  ServiceSpec {
    command = List.copyOf(command);
  }

  /** A child with its files in the state directory. */
  static ServiceSpec of(StateDirectory state, String name, List<String> command, Health health) {
    return new ServiceSpec(
        name, command, Path.of("").toAbsolutePath(), state.log(name), state.pid(name), health);
  }

  /** The same in another directory. */
  ServiceSpec in(Path other) {
    return new ServiceSpec(name, command, other, log, pidFile, health);
  }
}
