package dev.connectome.platform;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * How a service is started and watched.
 *
 * @param log the file to which its output is appended
 * @param pidFile records its process
 * @param ready answers 200 when the service is ready
 * @param live answers 503 when only a restart can help
 */
record ServiceSpec(String name, List<String> command, Path log, Path pidFile, URI ready, URI live) {
  ServiceSpec {
    command = List.copyOf(command);
  }

  /** A service with its files in the state directory and Quarkus's health checks. */
  static ServiceSpec of(StateDirectory state, String name, List<String> command, int httpPort) {
    return new ServiceSpec(
        name,
        command,
        state.log(name),
        state.pid(name),
        URI.create("http://127.0.0.1:" + httpPort + "/q/health/ready"),
        URI.create("http://127.0.0.1:" + httpPort + "/q/health/live"));
  }
}
