package dev.connectome.controller.api;

import dev.connectome.controller.store.RunRow;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where the controller pushes stops to. A trainer says where it listens, and the controller
 * connects there; so it believes only what it cannot know itself.
 */
final class ControlEndpoints {

  private final Optional<List<String>> allowed;

  /** {@code allowed}: hosts of external trainers, {@code *.example.org} for all below one. */
  ControlEndpoints(Optional<List<String>> allowed) {
    this.allowed =
        allowed.map(hosts -> hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList());
  }

  /** The host:port to push to; empty if stops are left to heartbeats. */
  String of(String launcher, String endpoint) {
    int colon = endpoint.lastIndexOf(':');
    if (launcher.equals(RunRow.LOCAL)) {
      return "127.0.0.1" + endpoint.substring(colon);
    }
    boolean trusted =
        !launcher.equals(RunRow.EXTERNAL)
            || allowed.isEmpty()
            || isAllowed(endpoint.substring(0, colon).toLowerCase(Locale.ROOT));
    return trusted ? endpoint : "";
  }

  private boolean isAllowed(String host) {
    return allowed.orElseThrow().stream()
        .anyMatch(one -> one.startsWith("*.") ? host.endsWith(one.substring(1)) : host.equals(one));
  }
}
