package dev.connectome.platform;

import dev.connectome.identity.client.StartedPlatforms;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** This platform among those that programs of the same user find by a port alone. */
record KnownPlatform(List<Integer> ports) implements AutoCloseable {
  /** Adds a platform; where the user's home cannot be written, programs have to name the token. */
  static KnownPlatform add(StateDirectory state, PortPlan ports, Consumer<String> progress) {
    KnownPlatform known =
        new KnownPlatform(
            List.of(ports.controllerGrpc(), ports.controllerHttp(), ports.connectomeGrpc()));
    try {
      StartedPlatforms.ofThisUser().add(state.root(), known.ports());
    } catch (IOException e) {
      progress.accept(
          "programs outside of this command need CONNECTOME_TOKEN_FILE="
              + state.token()
              + ": "
              + IoMessages.of(e));
    }
    return known;
  }

  @Override
  public void close() {
    try {
      StartedPlatforms.ofThisUser().remove(ports);
    } catch (IOException ignored) {
      // A platform whose process is gone is not found.
    }
  }
}
