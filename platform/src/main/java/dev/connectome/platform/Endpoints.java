package dev.connectome.platform;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The addresses of a running platform, kept in a file in its state directory.
 *
 * @param pid the process that supervises the platform
 */
public record Endpoints(
    Service controller, Service connectome, Kafka kafka, Postgres postgres, long pid) {
  static final String FILE_NAME = "endpoints.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * The two servers of a service.
   *
   * @param grpc host:port
   * @param http a URL
   */
  public record Service(String grpc, String http) {}

  /** The broker, as host:port. */
  public record Kafka(String bootstrapServers) {}

  /** The database, without user and password. */
  public record Postgres(String jdbcUrl) {}

  /**
   * Reads the addresses that a platform has written.
   *
   * @throws PlatformException if there are none, or they cannot be read
   */
  public static Endpoints read(Path stateDirectory) {
    return find(stateDirectory)
        .orElseThrow(
            () ->
                PlatformException.badInput(
                    "no platform is running on "
                        + stateDirectory.toAbsolutePath().normalize()
                        + ": start one, or choose another state directory"));
  }

  /**
   * Reads the addresses that a platform has written; they may be those of one that was killed.
   *
   * @throws PlatformException if they cannot be read
   */
  public static Optional<Endpoints> find(Path stateDirectory) {
    Path file = stateDirectory.resolve(FILE_NAME);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(file.toFile(), Endpoints.class));
    } catch (IOException e) {
      throw PlatformException.failed(file + " cannot be read: " + IoMessages.of(e), e);
    }
  }

  /**
   * Reads the addresses of a platform whose supervising process is alive.
   *
   * @throws PlatformException if they cannot be read
   */
  public static Optional<Endpoints> findRunning(Path stateDirectory) {
    return find(stateDirectory)
        .filter(found -> ProcessHandle.of(found.pid()).filter(ProcessHandle::isAlive).isPresent());
  }

  /** Writes the file atomically: a reader sees all of it or none. */
  void write(Path file) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    JSON.writerWithDefaultPrettyPrinter().writeValue(OwnerOnly.file(temporary).toFile(), this);
    Files.move(
        temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
