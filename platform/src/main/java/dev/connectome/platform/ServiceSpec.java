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
 */
record ServiceSpec(String name, List<String> command, Path log, Path pidFile, URI ready) {
  ServiceSpec {
    command = List.copyOf(command);
  }
}
