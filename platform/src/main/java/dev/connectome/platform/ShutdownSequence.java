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
 * What has been started, to be stopped in order: the controller, which ends its trainers; trainers
 * it left; the connectome service; then the rest, newest first.
 */
final class ShutdownSequence implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ShutdownSequence.class.getName());
  private static final Duration CONTROLLER_PATIENCE = Duration.ofMillis(9_500);
  private static final Duration TRAINER_PATIENCE = Duration.ofMillis(200);
  private static final Duration CONNECTOME_PATIENCE = Duration.ofMillis(1_500);
  private static final Duration REST_PATIENCE = Duration.ofMillis(2_500);

  private final StateDirectory state;
  private final Deque<AutoCloseable> rest = new ArrayDeque<>();
  private @Nullable SupervisedService controller;
  private @Nullable SupervisedService connectome;

  ShutdownSequence(StateDirectory state) {
    this.state = state;
  }

  void ownController(SupervisedService service) {
    controller = service;
  }

  void ownConnectome(SupervisedService service) {
    connectome = service;
  }

  /** Stops the controller and the connectome service; broker and database stay. */
  void stopServices() {
    if (controller != null) {
      controller.stop(CONTROLLER_PATIENCE);
    }
    if (connectome != null) {
      connectome.stop(CONNECTOME_PATIENCE);
    }
  }

  void own(AutoCloseable part) {
    rest.push(part);
  }

  @Override
  public void close() {
    // An interrupt is what brought us here, or comes too late to matter.
    boolean interrupted = Thread.interrupted();
    if (controller != null) {
      controller.stop(CONTROLLER_PATIENCE);
      OrphanedProcesses left = new OrphanedProcesses(state);
      try {
        left.endTrainers(TRAINER_PATIENCE);
      } catch (IOException e) {
        LOG.log(Level.WARNING, "trainers not looked for", e);
      }
    }
    if (connectome != null) {
      connectome.stop(CONNECTOME_PATIENCE);
    }
    closeRest();
    if (controller != null && connectome != null) {
      forgetPids();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void forgetPids() {
    try {
      new OrphanedProcesses(state).forget();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "process files not deleted", e);
    }
  }

  /**
   * One after the other, but none longer than is left: a broker that hangs ends with this process.
   */
  private void closeRest() {
    while (!rest.isEmpty()) {
      AutoCloseable part = rest.pop();
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
        if (!closer.awaitTermination(REST_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
          LOG.log(Level.WARNING, "not closed in time: {0}", part.getClass().getSimpleName());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.log(Level.WARNING, "not closed: " + part.getClass().getSimpleName(), e);
    }
  }
}
