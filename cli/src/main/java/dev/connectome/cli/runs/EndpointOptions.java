package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.ConnectomeClientBuilder;
import dev.connectome.platform.Endpoints;
import dev.connectome.platform.PlatformTokens;
import java.io.UncheckedIOException;
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

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File with the token to show. Default: with --endpoint CONNECTOME_TOKEN or"
              + " CONNECTOME_TOKEN_FILE, else the platform's own")
  private @Nullable Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Use TLS and trust the certificates in this PEM file. Default: no TLS")
  private @Nullable Path certificates;

  /** Opens a client; no request is made yet. */
  ConnectomeClient connect() {
    String target = endpoint == null ? local().controller().grpc() : endpoint;
    try {
      ConnectomeClientBuilder client = ConnectomeClient.builder(target);
      if (certificates == null) {
        client.plaintext();
      } else {
        client.trustCertificates(certificates);
      }
      if (tokenFile != null) {
        client.tokenFile(tokenFile);
      } else if (endpoint == null) {
        client.tokenFile(PlatformTokens.owners(stateDir));
      }
      return client.build();
    } catch (IllegalArgumentException e) {
      throw CommandFailure.badInput("--endpoint: " + e.getMessage());
    } catch (UncheckedIOException e) {
      throw CommandFailure.badInput("--ca: " + e.getMessage());
    } catch (IllegalStateException e) {
      throw CommandFailure.badInput(
          e.getMessage() + ": use --ca, or 'kubectl port-forward' and a port of this machine");
    }
  }

  private Endpoints local() {
    return Endpoints.findRunning(stateDir)
        .orElseThrow(
            () ->
                CommandFailure.badInput(
                    "no platform is running on "
                        + stateDir.toAbsolutePath().normalize()
                        + ": start one with 'connectome up', or name another with --state-dir or"
                        + " --endpoint"));
  }
}
