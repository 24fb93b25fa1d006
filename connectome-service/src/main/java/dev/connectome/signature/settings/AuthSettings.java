package dev.connectome.signature.settings;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Who may call over gRPC. */
public interface AuthSettings {

  /**
   * A file with a line {@code NAME ROLE sha256:HASH} for each token; trainers, operators and
   * administrators may publish activations. It is read again when it has changed.
   */
  Optional<Path> tokensFile();

  /**
   * Whether callers are asked who they are. False lets everybody publish who can connect, and is
   * refused unless the service listens on loopback addresses only.
   */
  @WithDefault("true")
  boolean enabled();
}
