package dev.connectome.platform;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a platform is started with.
 *
 * @param installation where the built services are
 * @param stateDirectory everything the platform keeps; made if missing
 * @param dataDirectory the images that runs train on unless they name others; null: those embedded
 *     in the trainer
 * @param maxConcurrentRuns runs that may train at the same time, at least 1
 * @param ports where to listen
 */
public record PlatformOptions(
    Installation installation,
    Path stateDirectory,
    @Nullable Path dataDirectory,
    int maxConcurrentRuns,
    Ports ports) {

  /** Makes the paths absolute and checks the number of runs. */
  public PlatformOptions {
    stateDirectory = stateDirectory.toAbsolutePath().normalize();
    dataDirectory = dataDirectory == null ? null : dataDirectory.toAbsolutePath().normalize();
    if (maxConcurrentRuns < 1) {
      throw PlatformException.badInput(
          "--max-concurrent-runs is " + maxConcurrentRuns + ": it must be at least 1");
    }
  }

  /**
   * Ports asked for; 0 means any free one.
   *
   * @param controller of the controller's gRPC server
   * @param controllerHttp of the controller's HTTP server
   * @param kafka of the broker
   * @param postgres of the database
   * @param connectome of the connectome service's gRPC server
   */
  public record Ports(int controller, int controllerHttp, int kafka, int postgres, int connectome) {
    /** Any free ports. */
    public static final Ports ANY = new Ports(0, 0, 0, 0, 0);
  }
}
