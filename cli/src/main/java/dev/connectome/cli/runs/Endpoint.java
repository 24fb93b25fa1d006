package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.platform.Endpoints;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which platform is meant. */
public final class Endpoint {
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

  /** Made by the command-line parser, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public Endpoint() {}

  /**
   * Opens a connection; no request is made yet.
   *
   * @return the connection
   * @throws CommandFailure if the address is malformed or no platform runs on the state directory
   */
  ConnectomeClient connect() {
    String target = endpoint == null ? local().controller().grpc() : endpoint;
    if (!target.matches(".+:\\d{1,5}")) {
      throw CommandFailure.badInput("--endpoint is '" + target + "': it must be HOST:PORT");
    }
    return ConnectomeClient.to(target);
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
