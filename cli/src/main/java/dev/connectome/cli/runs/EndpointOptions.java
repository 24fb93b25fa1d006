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
      description =
          "gRPC address of the controller, also with http:// or https:// before it. Default:"
              + " CONNECTOME_ENDPOINT, else the platform on --state-dir")
  private @Nullable String endpoint;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "State directory of a platform on this machine. Default: CONNECTOME_STATE_DIR, else"
              + " .connectome")
  private @Nullable Path stateDir;

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
    Target target = Target.choose(endpoint, stateDir, System.getenv());
    Path local = target.stateDirectory();
    try {
      ConnectomeClientBuilder client =
          ConnectomeClient.builder(local == null ? target.address() : running(local));
      if (certificates != null) {
        client.trustCertificates(certificates);
      } else if (target.tls()) {
        client.tls();
      } else {
        client.plaintext();
      }
      if (tokenFile != null) {
        client.tokenFile(tokenFile);
      } else if (local != null) {
        client.tokenFile(PlatformTokens.owners(local));
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

  private static String running(Path stateDir) {
    return Endpoints.findRunning(stateDir)
        .orElseThrow(
            () ->
                CommandFailure.badInput(
                    "no platform is running on "
                        + stateDir.toAbsolutePath().normalize()
                        + ": start one with 'connectome up', or name another with --state-dir or"
                        + " --endpoint"))
        .controller()
        .grpc();
  }
}
