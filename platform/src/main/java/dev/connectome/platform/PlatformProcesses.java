package dev.connectome.platform;

import java.nio.file.Path;
import java.util.Optional;

/** The service processes of a platform on this machine; after a crash they are new ones. */
public final class PlatformProcesses {
  private final StateDirectory state;

  public PlatformProcesses(Path stateDirectory) {
    this.state = new StateDirectory(stateDirectory);
  }

  /** The connectome service, if it is running. */
  public Optional<ProcessHandle> connectome() {
    return ProcessFile.find(state.pid(ServiceNames.CONNECTOME));
  }

  /** The controller, if it is running. */
  public Optional<ProcessHandle> controller() {
    return ProcessFile.find(state.pid(ServiceNames.CONTROLLER));
  }

  /** The directory of the connectome service's local state; it may not exist yet. */
  public Path connectomeState() {
    return state.streams();
  }
}
