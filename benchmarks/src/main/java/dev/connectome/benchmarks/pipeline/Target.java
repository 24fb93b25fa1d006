package dev.connectome.benchmarks.pipeline;

import dev.connectome.benchmarks.harness.ProcessUsage;
import dev.connectome.platform.Endpoints;
import dev.connectome.platform.PlatformProcesses;
import java.nio.file.Path;
import java.util.Optional;

/** The platform under measurement. */
record Target(String bootstrapServers, String topicPrefix, PlatformProcesses processes) {
  private static final String PREFIX = "connectome.";

  static Target of(Endpoints endpoints, Path stateDirectory) {
    return new Target(
        endpoints.kafka().bootstrapServers(), PREFIX, new PlatformProcesses(stateDirectory));
  }

  String activationsTopic() {
    return topicPrefix + "activations.v1";
  }

  String signaturesTopic() {
    return topicPrefix + "signatures.v1";
  }

  /** The connectome service's process; empty if it is not running. */
  Optional<ProcessUsage> service() {
    return processes.connectome().map(ProcessUsage::new);
  }
}
