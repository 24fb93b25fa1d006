package dev.connectome.platform;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The settings each service is started with. */
final class ServiceSettings {
  private static final String LOOPBACK = "127.0.0.1";

  private ServiceSettings() {}

  /**
   * The connectome service's.
   *
   * @param streams where it keeps its state
   * @param ports where it listens
   * @param kafka the broker
   * @return settings by name
   */
  static Map<String, String> connectome(Path streams, PortPlan ports, String kafka) {
    Map<String, String> settings = servers(ports.connectomeGrpc(), ports.connectomeHttp());
    settings.put("connectome.kafka.bootstrap-servers", kafka);
    settings.put("connectome.streams.state-dir", streams.toString());
    // Or it waits at the next start for the broker to take it for dead.
    settings.put("connectome.streams.group-instance-id", "local");
    return settings;
  }

  /**
   * The controller's.
   *
   * @param options what the platform was started with
   * @param ports where it listens
   * @param kafka the broker
   * @param postgres the database
   * @return settings by name; one of them is the database's password
   */
  static Map<String, String> controller(
      PlatformOptions options, PortPlan ports, String kafka, PostgresServer postgres) {
    Map<String, String> settings = servers(ports.controllerGrpc(), ports.controllerHttp());
    settings.put("connectome.kafka.bootstrap-servers", kafka);
    settings.put("quarkus.datasource.jdbc.url", postgres.jdbcUrl());
    settings.put("quarkus.datasource.username", PostgresServer.USER);
    settings.put("quarkus.datasource.password", postgres.password());
    settings.put("connectome.kafka.group-instance-id", "local");
    settings.put("connectome.heartbeat-interval", "1s");
    String launch = "connectome.launch.local.";
    List<String> trainer = options.installation().trainerCommand();
    for (int i = 0; i < trainer.size(); i++) {
      settings.put(launch + "command[" + i + "]", trainer.get(i));
    }
    settings.put(
        launch + "directory", new StateDirectory(options.stateDirectory()).runs().toString());
    // This platform's controllers are all here, whatever the machine or the container is called
    // next time.
    settings.put(launch + "host", "the platform's own");
    settings.put(launch + "max-concurrent-runs", Integer.toString(options.maxConcurrentRuns()));
    settings.put(launch + "controller-endpoint", LOOPBACK + ":" + ports.controllerGrpc());
    if (options.dataDirectory() != null) {
      settings.put(launch + "data-dir", options.dataDirectory().toString());
    }
    return settings;
  }

  private static Map<String, String> servers(int grpc, int http) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("quarkus.grpc.server.host", LOOPBACK);
    settings.put("quarkus.grpc.server.port", Integer.toString(grpc));
    settings.put("quarkus.http.host", LOOPBACK);
    settings.put("quarkus.http.port", Integer.toString(http));
    return settings;
  }

  /**
   * Writes settings for a service to read; only their owner may read them.
   *
   * @param settings settings by name
   * @param file where
   * @throws IOException if the file cannot be written
   */
  static void write(Map<String, String> settings, Path file) throws IOException {
    Properties properties = new Properties();
    // A dollar begins an expression in the services' settings.
    settings.forEach((name, value) -> properties.setProperty(name, value.replace("$", "\\$")));
    StringWriter text = new StringWriter();
    properties.store(text, "Written at the start of the platform; changes are lost.");
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text.toString());
  }
}
