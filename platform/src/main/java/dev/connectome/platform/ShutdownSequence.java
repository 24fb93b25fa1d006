package dev.connectome.platform;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Stops what has been started, in order: the controller, which ends its trainers; trainers that are
 * still there; the connectome service; then the rest, newest first.
 */
final class ShutdownSequence implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ShutdownSequence.class.getName());

  private static final Duration CONTROLLER_GRACE_PERIOD = Duration.ofMillis(9_500);
  private static final Duration TRAINER_GRACE_PERIOD = Duration.ofMillis(200);
  private static final Duration CONNECTOME_GRACE_PERIOD = Duration.ofMillis(2_500);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final StateDirectory state;
  private final Deque<AutoCloseable> others = new ArrayDeque<>();
  private @Nullable SupervisedService controller;
  private @Nullable SupervisedService connectome;

  ShutdownSequence(StateDirectory state) {
    this.state = state;
  }

  void addController(SupervisedService service) {
    controller = service;
  }

  void addConnectome(SupervisedService service) {
    connectome = service;
  }

  void add(AutoCloseable other) {
    others.push(other);
  }

  /** Stops the controller and the connectome service; broker and database keep running. */
  void stopServices() {
    stopController();
    stopConnectome();
  }

  private void stopController() {
    if (controller != null) {
      controller.stop(CONTROLLER_GRACE_PERIOD);
    }
  }

  private void stopConnectome() {
    if (connectome != null) {
      connectome.stop(CONNECTOME_GRACE_PERIOD);
    }
  }

  @Override
  public void close() {
    // An interrupt usually is why this platform closes; it must not cut the waits short.
    boolean interrupted = Thread.interrupted();
    stopController();
    if (controller != null) {
      terminateTrainers();
    }
    stopConnectome();
    while (!others.isEmpty()) {
      closeInTime(others.pop());
    }
    if (controller != null && connectome != null) {
      deleteProcessFiles();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void terminateTrainers() {
    try {
      new OrphanedProcesses(state).terminateTrainers(TRAINER_GRACE_PERIOD);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "trainers could not be listed", e);
    }
  }

  private void deleteProcessFiles() {
    try {
      new OrphanedProcesses(state).deleteFiles();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "process files could not be deleted", e);
    }
  }

  /** In a daemon thread, so that a broker that hangs ends with this process. */
  private static void closeInTime(AutoCloseable part) {
    ExecutorService closer =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "close");
              thread.setDaemon(true);
              return thread;
            });
    closer.execute(() -> close(part));
    closer.shutdown();
    try {
      if (!closer.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(
            Level.WARNING,
            "{0} did not close within {1} ms",
            new Object[] {part.getClass().getSimpleName(), CLOSE_TIMEOUT.toMillis()});
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.log(Level.WARNING, part.getClass().getSimpleName() + " could not be closed", e);
    }
  }
}
