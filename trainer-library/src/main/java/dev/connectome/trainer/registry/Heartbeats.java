package dev.connectome.trainer.registry;

import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import dev.connectome.trainer.control.StopSwitch;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends heartbeats to the controller at regular intervals, and passes the stop commands in its
 * responses on. After the controller was unreachable, the trainer registers again first.
 */
public final class Heartbeats implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

  private final ControllerClient controller;
  private final RegisterTrainerRequest registration;
  private final int attempt;
  private final Supplier<TrainingProgress> progress;
  private final StopSwitch stopSwitch;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            var thread = new Thread(task, "heartbeats");
            thread.setDaemon(true);
            return thread;
          });
  private volatile IntConsumer budget = epochs -> {};
  private boolean unreachable;

  /**
   * Makes the heartbeats of an attempt. {@link #start} starts them.
   *
   * @param controller the controller
   * @param registration the request with which the trainer registered
   * @param attempt the attempt that it was given, from 1
   * @param progress returns the progress to report
   * @param stopSwitch receives stop commands, and the revocation if the run was deleted or the
   *     attempt superseded
   */
  public Heartbeats(
      ControllerClient controller,
      RegisterTrainerRequest registration,
      int attempt,
      Supplier<TrainingProgress> progress,
      StopSwitch stopSwitch) {
    this.controller = controller;
    this.registration = registration;
    this.attempt = attempt;
    this.progress = progress;
    this.stopSwitch = stopSwitch;
  }

  /**
   * Sets the listener for the run's budget, which may change while the training runs.
   *
   * @param listener receives the number of epochs to train, after every heartbeat that carries it
   */
  public void onBudget(IntConsumer listener) {
    budget = listener;
  }

  /**
   * Starts the heartbeats. The first is sent at once.
   *
   * @param interval the time between two heartbeats; a response may take twice as long
   */
  public void start(Duration interval) {
    executor.scheduleWithFixedDelay(
        () -> sendSafely(interval.multipliedBy(2)), 0, interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** An exception would end all heartbeats, and the run be lost while it trains. */
  private void sendSafely(Duration timeout) {
    try {
      send(timeout);
    } catch (RuntimeException e) {
      LOG.error("heartbeat failed, the next one follows", e);
    }
  }

  /**
   * Stops the regular heartbeats and sends a last one, to learn of a stop that is pending.
   *
   * @param timeout how long to wait for the response
   */
  public void sendLast(Duration timeout) {
    executor.shutdownNow();
    send(timeout);
  }

  private synchronized void send(Duration timeout) {
    try {
      if (unreachable && !registerAgain(timeout)) {
        return;
      }
      Optional<HeartbeatResponse> response =
          controller.heartbeat(
              HeartbeatRequest.newBuilder()
                  .setRunUid(registration.getRunUid())
                  .setInstanceId(registration.getInstanceId())
                  .setAttempt(attempt)
                  .setProgress(progress.get())
                  .build(),
              timeout);
      if (unreachable == response.isPresent()) {
        unreachable = response.isEmpty();
        LOG.warn(
            unreachable
                ? "controller unreachable, training continues"
                : "controller reachable again, registered again");
      }
      response
          .filter(HeartbeatResponse::hasEpochs)
          .ifPresent(received -> budget.accept(received.getEpochs()));
      response
          .filter(HeartbeatResponse::hasStopCommand)
          .ifPresent(received -> stopSwitch.submit(received.getStopCommand()));
    } catch (RejectedException e) {
      if (e.endsTraining()) {
        LOG.error("registration revoked reason=\"{}\"", e.reason());
        stopSwitch.revoke(e.reason());
      } else {
        rejected(e.reason());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A rejection that ends no training leaves it to the heartbeat: it may bring a stop command. */
  private boolean registerAgain(Duration timeout) throws RejectedException, InterruptedException {
    try {
      return controller.register(registration, timeout).isPresent();
    } catch (RejectedException e) {
      if (e.endsTraining()) {
        throw e;
      }
      return true;
    }
  }

  private void rejected(String reason) {
    if (!unreachable) {
      LOG.warn("heartbeat rejected, training continues reason=\"{}\"", reason);
    }
    unreachable = true;
  }

  /** Stops the heartbeats. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
