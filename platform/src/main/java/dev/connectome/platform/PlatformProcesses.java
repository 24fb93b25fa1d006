package dev.connectome.platform;

import java.nio.file.Path;
import java.util.Optional;

/** The processes of a platform on this machine, as it noted them in its state directory. */
public final class PlatformProcesses {
  private final StateDirectory state;

  /**
   * Looks in a state directory.
   *
   * @param stateDirectory a platform's
   */
  public PlatformProcesses(Path stateDirectory) {
    this.state = new StateDirectory(stateDirectory);
  }

  /**
   * The connectome service as it is now; after a crash it is another process.
   *
   * @return the process; empty if it does not run
   */
  public Optional<ProcessHandle> connectome() {
    return ProcessFile.find(state.pid(ServiceNames.CONNECTOME));
  }

  /**
   * The controller as it is now; after a crash it is another process.
   *
   * @return the process; empty if it does not run
   */
  public Optional<ProcessHandle> controller() {
    return ProcessFile.find(state.pid(ServiceNames.CONTROLLER));
  }

  /**
   * Where the connectome service keeps its local state.
   *
   * @return a directory that may not exist yet
   */
  public Path connectomeState() {
    return state.streams();
  }
}
