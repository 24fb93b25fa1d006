package dev.connectome.platform;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Where the parts of a running platform listen.
 *
 * @param controller the controller
 * @param connectome the connectome service
 * @param kafka the broker
 * @param postgres the database
 * @param pid the process that looks after them
 */
public record Endpoints(
    Service controller, Service connectome, Kafka kafka, Postgres postgres, long pid) {
  /** The name of the file in the state directory. */
  public static final String FILE_NAME = "endpoints.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * A service's two servers.
   *
   * @param grpc host:port
   * @param http a URL
   */
  public record Service(String grpc, String http) {}

  /**
   * The broker.
   *
   * @param bootstrapServers host:port
   */
  public record Kafka(String bootstrapServers) {}

  /**
   * The database.
   *
   * @param jdbcUrl without user and password
   */
  public record Postgres(String jdbcUrl) {}

  /**
   * Reads what a running platform wrote.
   *
   * @param stateDirectory its state directory
   * @return where it listens
   * @throws PlatformException if no platform runs there
   */
  public static Endpoints read(Path stateDirectory) {
    Path file = stateDirectory.resolve(FILE_NAME);
    if (!Files.isRegularFile(file)) {
      throw PlatformException.badInput(
          "no platform is running on "
              + stateDirectory.toAbsolutePath().normalize()
              + ": start one with 'connectome up', or name another with --state-dir or --endpoint");
    }
    try {
      return JSON.readValue(file.toFile(), Endpoints.class);
    } catch (IOException e) {
      throw PlatformException.failed(file + " cannot be read: " + IoMessages.of(e), e);
    }
  }

  /**
   * Finds a platform that may or may not run.
   *
   * @param stateDirectory its state directory
   * @return where it listens; empty if none runs there
   * @throws PlatformException if what it wrote cannot be read
   */
  public static Optional<Endpoints> ofRunning(Path stateDirectory) {
    return Files.isRegularFile(stateDirectory.resolve(FILE_NAME))
        ? Optional.of(read(stateDirectory))
            .filter(
                found -> ProcessHandle.of(found.pid()).filter(ProcessHandle::isAlive).isPresent())
        : Optional.empty();
  }

  /**
   * Writes the file, at once as a whole.
   *
   * @param file where
   * @throws IOException if it cannot be written
   */
  void write(Path file) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    JSON.writerWithDefaultPrettyPrinter().writeValue(draft.toFile(), this);
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
