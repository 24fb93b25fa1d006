package dev.connectome.platform;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;

/** The settings that the services are started with. */
final class ServiceSettings {
  private static final String LOOPBACK = "127.0.0.1";

  private ServiceSettings() {}

  static Map<String, String> connectome(
      Path stateDirectory, PortPlan ports, String kafka, Optional<Path> grants) {
    Map<String, String> settings = servers(ports.connectomeGrpc(), ports.connectomeHttp(), grants);
    settings.put("connectome.kafka.bootstrap-servers", kafka);
    settings.put("connectome.streams.state-dir", stateDirectory.toString());
    // A static member need not wait at the next start until the broker has expired its session.
    settings.put("connectome.streams.group-instance-id", "local");
    return settings;
  }

  /** The result contains the database's password. */
  static Map<String, String> controller(
      PlatformOptions options, PortPlan ports, String kafka, PostgresServer postgres) {
    StateDirectory state = new StateDirectory(options.stateDirectory());
    Map<String, String> settings =
        servers(ports.controllerGrpc(), ports.controllerHttp(), PlatformTokens.grants(options));
    settings.put("connectome.kafka.bootstrap-servers", kafka);
    settings.put("quarkus.datasource.jdbc.url", postgres.jdbcUrl());
    settings.put("quarkus.datasource.username", PostgresServer.USER);
    settings.put("quarkus.datasource.password", postgres.password());
    settings.put("connectome.kafka.group-instance-id", "local");
    settings.put("connectome.heartbeat-interval", "1s");
    String launch = "connectome.launch.local.";
    List<String> trainer = options.installation().trainerCommand(state.logs());
    for (int i = 0; i < trainer.size(); i++) {
      settings.put(launch + "command[" + i + "]", trainer.get(i));
    }
    settings.put(launch + "directory", state.runs().toString());
    settings.put(launch + "token-file", state.trainersToken().toString());
    // Not the host's name, which may be another at the next start: the runs are still here then.
    settings.put(launch + "host", "the platform's own");
    // A port that was this platform's may have been somebody else's since, who has seen the cookie.
    settings.put("connectome.auth.session-scope", UUID.randomUUID().toString());
    settings.put(launch + "max-concurrent-runs", Integer.toString(options.maxConcurrentRuns()));
    settings.put(launch + "controller-endpoint", LOOPBACK + ":" + ports.controllerGrpc());
    if (options.dataDirectory() != null) {
      settings.put(launch + "data-dir", options.dataDirectory().toString());
    }
    settings.putAll(options.controllerSettings());
    return settings;
  }

  /**
   * @param grants what tokens are worth; empty if nobody is asked for one
   */
  private static Map<String, String> servers(int grpc, int http, Optional<Path> grants) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("connectome.auth.enabled", Boolean.toString(grants.isPresent()));
    grants.ifPresent(file -> settings.put("connectome.auth.tokens-file", file.toString()));
    settings.put("quarkus.grpc.server.host", LOOPBACK);
    settings.put("quarkus.grpc.server.port", Integer.toString(grpc));
    settings.put("quarkus.http.host", LOOPBACK);
    settings.put("quarkus.http.port", Integer.toString(http));
    return settings;
  }

  /** Writes a service's configuration file, which only its owner may read. */
  static void write(Map<String, String> settings, Path file) throws IOException {
    Properties properties = new Properties();
    // A dollar sign starts an expression in the services' configuration.
    settings.forEach((name, value) -> properties.setProperty(name, value.replace("$", "\\$")));
    StringWriter text = new StringWriter();
    properties.store(text, "Rewritten at every start of the platform; changes are lost.");
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text.toString());
  }
}
