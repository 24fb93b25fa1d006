package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Processes that outlived the platform that started them: it was killed, or did not end them. */
final class OrphanedProcesses {
  private static final Duration PATIENCE_WITH_CONTROLLER = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private final StateDirectory state;

  OrphanedProcesses(StateDirectory state) {
    this.state = state;
  }

  /**
   * Ends all of them: the controller first, which takes its trainers along, then the trainers, the
   * rest and the database.
   *
   * @return how many processes there were
   * @throws IOException if the state directory cannot be read
   */
  int endAll() throws IOException {
    int ended = 0;
    Optional<ProcessHandle> controller = ProcessFile.find(state.pid(ServiceNames.CONTROLLER));
    if (controller.isPresent()) {
      ProcessTermination.terminate(List.of(controller.get()), PATIENCE_WITH_CONTROLLER);
      ended++;
    }
    ended += endTrainers(PATIENCE);
    ended += endNamed(List.of(state.pid(ServiceNames.CONNECTOME)), PATIENCE);
    Optional<ProcessHandle> database = PostgresServer.runningOn(state.postgres().data());
    if (database.isPresent()) {
      PostgresServer.shutDown(database.get(), PATIENCE);
      ended++;
    }
    return ended;
  }

  /**
   * Ends the trainers that the controller noted.
   *
   * @param patience how long they may take to write a checkpoint
   * @return how many there were
   * @throws IOException if the state directory cannot be read
   */
  int endTrainers(Duration patience) throws IOException {
    return endNamed(state.trainerPids(), patience);
  }

  private static int endNamed(List<Path> files, Duration patience) throws IOException {
    List<ProcessHandle> processes = new ArrayList<>();
    for (Path file : files) {
      ProcessFile.find(file).ifPresent(processes::add);
    }
    ProcessTermination.terminate(processes, patience);
    return processes.size();
  }

  /**
   * Forgets the processes of an earlier platform, once they have ended.
   *
   * @throws IOException if a file cannot be deleted
   */
  void forget() throws IOException {
    Files.deleteIfExists(state.pid(ServiceNames.CONTROLLER));
    Files.deleteIfExists(state.pid(ServiceNames.CONNECTOME));
    Files.deleteIfExists(state.endpoints());
  }
}
