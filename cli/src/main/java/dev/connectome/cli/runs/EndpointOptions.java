package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.platform.Endpoints;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that select the platform. */
final class EndpointOptions {
  @Option(
      names = "--endpoint",
      paramLabel = "HOST:PORT",
      description = "gRPC address of the controller. Default: the platform on --state-dir")
  private @Nullable String endpoint;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      defaultValue = ".connectome",
      description = "State directory of a platform on this machine. Default: ${DEFAULT-VALUE}")
  private Path stateDir;

  /** Opens a client; no request is made yet. */
  ConnectomeClient connect() {
    String target = endpoint == null ? local().controller().grpc() : endpoint;
    try {
      return ConnectomeClient.builder(target).plaintext().build();
    } catch (IllegalArgumentException e) {
      throw CommandFailure.badInput("--endpoint: " + e.getMessage());
    }
  }

  private Endpoints local() {
    return Endpoints.find(stateDir)
        .orElseThrow(
            () ->
                CommandFailure.badInput(
                    "no platform is running on "
                        + stateDir.toAbsolutePath().normalize()
                        + ": start one with 'connectome up', or name another with --state-dir or"
                        + " --endpoint"));
  }
}
