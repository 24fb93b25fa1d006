package dev.connectome.signature.settings;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Authentication over gRPC. */
public interface AuthSettings {

  /**
   * File with a line {@code NAME ROLE sha256:HASH} for each token; the roles trainer, operator and
   * admin may publish activations. The service reads it again when it changes.
   */
  Optional<Path> tokensFile();

  /**
   * Whether callers must show a token. {@code false} lets everyone who can connect publish; it is
   * refused unless the service listens on loopback addresses only.
   */
  @WithDefault("true")
  boolean enabled();
}
