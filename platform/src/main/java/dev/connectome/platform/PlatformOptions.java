package dev.connectome.platform;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a platform is started with.
 *
 * @param stateDirectory everything the platform keeps; created if missing
 * @param dataDirectory the images for runs that name none; null for those embedded in the trainer
 * @param maxConcurrentRuns how many runs may train at the same time, at least 1
 * @param controllerSettings further settings of the controller, which replace its others
 * @param authentication whether callers are asked who they are
 */
public record PlatformOptions(
    Installation installation,
    Path stateDirectory,
    @Nullable Path dataDirectory,
    int maxConcurrentRuns,
    Ports ports,
    Map<String, String> controllerSettings,
    boolean authentication) {

  /** Without further settings of the controller. */
  public PlatformOptions(
      Installation installation,
      Path stateDirectory,
      @Nullable Path dataDirectory,
      int maxConcurrentRuns,
      Ports ports) {
    this(installation, stateDirectory, dataDirectory, maxConcurrentRuns, ports, Map.of(), true);
  }

  /** The same for whoever can connect: every user of this machine may do everything. */
  public PlatformOptions withoutAuthentication() {
    return new PlatformOptions(
        installation,
        stateDirectory,
        dataDirectory,
        maxConcurrentRuns,
        ports,
        controllerSettings,
        false);
  }

  public PlatformOptions {
    stateDirectory = stateDirectory.toAbsolutePath().normalize();
    dataDirectory = dataDirectory == null ? null : dataDirectory.toAbsolutePath().normalize();
    controllerSettings = Map.copyOf(controllerSettings);
    if (maxConcurrentRuns < 1) {
      throw PlatformException.badInput(
          "the number of concurrent runs is " + maxConcurrentRuns + ": it must be at least 1");
    }
  }

  /** The ports to listen on, 0 for any free one; those named after a service are for gRPC. */
  public record Ports(int controller, int controllerHttp, int kafka, int postgres, int connectome) {
    public static final Ports ANY = new Ports(0, 0, 0, 0, 0);
  }
}
