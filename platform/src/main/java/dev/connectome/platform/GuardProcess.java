package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** What a {@link Guard} becomes once its platform is gone. */
final class GuardProcess {
  private GuardProcess() {}

  /**
   * Ends the processes of a platform that is gone. Where the next one is there already, it has done
   * so itself.
   *
   * @param arguments the state directory
   */
  public static void main(String[] arguments) throws IOException {
    StateDirectory state = new StateDirectory(Path.of(arguments[0]));
    Optional<StateLock> lock = StateLock.acquireToEnd(state);
    if (lock.isEmpty()) {
      return;
    }
    try (StateLock held = lock.get()) {
      OrphanedProcesses orphans = new OrphanedProcesses(state);
      int ended = orphans.terminateAll();
      orphans.deleteFiles();
      System.out.println(
          Instant.now() + " the platform was gone; ended " + ended + " processes of it");
    }
  }
}
