package dev.connectome.cli.runs;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The platform that a command talks to. What is typed goes before the environment, and an endpoint
 * before a state directory.
 *
 * @param address HOST:PORT of the controller; empty for a platform on this machine
 * @param tls whether the address asks for TLS
 * @param stateDirectory of a platform on this machine; null if there is an address
 */
record Target(String address, boolean tls, @Nullable Path stateDirectory) {
  private static final String PLAIN = "http://";
  private static final String SECURE = "https://";

  static Target choose(
      @Nullable String endpoint, @Nullable Path stateDir, Map<String, String> environment) {
    if (endpoint != null) {
      return remote(endpoint);
    }
    if (stateDir != null) {
      return new Target("", false, stateDir);
    }
    String named = environment.getOrDefault("CONNECTOME_ENDPOINT", "");
    return named.isBlank()
        ? new Target(
            "", false, Path.of(environment.getOrDefault("CONNECTOME_STATE_DIR", ".connectome")))
        : remote(named);
  }

  private static Target remote(String endpoint) {
    boolean tls = endpoint.startsWith(SECURE);
    String address =
        tls
            ? endpoint.substring(SECURE.length())
            : endpoint.startsWith(PLAIN) ? endpoint.substring(PLAIN.length()) : endpoint;
    return new Target(address.replaceFirst("/$", ""), tls, null);
  }
}
