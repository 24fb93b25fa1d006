package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Processes that outlived the platform that started them, because it was killed. */
final class OrphanedProcesses {
  private static final Duration CONTROLLER_GRACE_PERIOD = Duration.ofSeconds(10);
  private static final Duration GRACE_PERIOD = Duration.ofSeconds(4);

  private final StateDirectory state;

  OrphanedProcesses(StateDirectory state) {
    this.state = state;
  }

  /**
   * Ends all of them and returns how many there were. The controller goes first, since it ends its
   * trainers; broker and database go last, since the others use them.
   */
  int terminateAll() throws IOException {
    int count = terminate(List.of(state.pid(ServiceNames.CONTROLLER)), CONTROLLER_GRACE_PERIOD);
    count += terminateTrainers(GRACE_PERIOD);
    count += terminate(state.servicePids(), GRACE_PERIOD);
    count += terminate(List.of(state.pid(ServiceNames.KAFKA)), GRACE_PERIOD);
    Optional<ProcessHandle> database = PostgresServer.runningOn(state.postgres());
    if (database.isPresent()) {
      PostgresServer.shutDown(database.get(), GRACE_PERIOD);
      count++;
    }
    return count;
  }

  /**
   * Ends the trainers that the controller has recorded and returns how many there were.
   *
   * @param gracePeriod the time they have to write a checkpoint
   */
  int terminateTrainers(Duration gracePeriod) throws IOException {
    return terminate(state.trainerPids(), gracePeriod);
  }

  private static int terminate(List<Path> processFiles, Duration gracePeriod) {
    List<ProcessHandle> processes = new ArrayList<>();
    for (Path file : processFiles) {
      ProcessFile.find(file).ifPresent(processes::add);
    }
    ProcessTermination.terminate(processes, gracePeriod);
    return processes.size();
  }

  /** Deletes the traces of an earlier platform, whose processes must have ended. */
  void deleteFiles() throws IOException {
    for (Path file : state.servicePids()) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(state.pid(ServiceNames.KAFKA));
    Files.deleteIfExists(state.postgres().pid());
    Files.deleteIfExists(state.endpoints());
  }
}
