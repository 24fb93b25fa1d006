package dev.connectome.platform;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.identity.client.ProcessStamp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * The addresses of a running platform, kept in a file in its state directory.
 *
 * @param process the {@link ProcessStamp} of the process that supervises the platform
 */
public record Endpoints(
    Service controller, Service connectome, Kafka kafka, Postgres postgres, String process) {
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
   * Reads the addresses of a platform that is up.
   *
   * @throws PlatformException if there is none, or they cannot be read
   */
  public static Endpoints read(Path stateDirectory) {
    return findRunning(stateDirectory)
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
  static Optional<Endpoints> find(Path stateDirectory) {
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
   * @throws PlatformException if they cannot be read, or may not be this user's: whoever wrote them
   *     would be sent a token
   */
  public static Optional<Endpoints> findRunning(Path stateDirectory) {
    Optional<Endpoints> found =
        find(stateDirectory)
            .filter(
                endpoints ->
                    ProcessStamp.parse(String.valueOf(endpoints.process()))
                        .filter(ProcessStamp::isAlive)
                        .isPresent());
    if (found.isPresent()) {
      new StateDirectory(stateDirectory).checkOwner();
      found.get().checkLocal();
    }
    return found;
  }

  private void checkLocal() {
    for (String address : List.of(controller.grpc(), connectome.grpc())) {
      if (!address.startsWith("127.0.0.1:")) {
        throw notOwn(address);
      }
    }
    for (String address : List.of(controller.http(), connectome.http())) {
      if (!address.matches("http://127\\.0\\.0\\.1:[0-9]+")) {
        throw notOwn(address);
      }
    }
  }

  private static PlatformException notOwn(String address) {
    return PlatformException.badInput(
        "the platform's address is " + address + ", which no platform of this machine has");
  }

  /** Writes the file atomically: a reader sees all of it or none. */
  void write(Path file) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    JSON.writerWithDefaultPrettyPrinter().writeValue(OwnerOnly.file(temporary).toFile(), this);
    Files.move(
        temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
