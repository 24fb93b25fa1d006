package dev.connectome.trainer.registry;

import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.control.TrainerControlServer;
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
 * Tells the controller at regular intervals that the trainer lives, and passes on the stop that it
 * may be answered with. When the controller was away, the trainer registers again first.
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
  private boolean away;

  /**
   * Makes the heartbeats of an attempt; {@link #start} starts them.
   *
   * @param controller where to
   * @param registration how the trainer registered
   * @param attempt the attempt it was given
   * @param progress tells how far the training is
   * @param stopSwitch what a stop acts on
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
   * Says who wants to know of the budget that the run has now. It may be raised and lowered while
   * the training runs; who asks nothing trains as many epochs as it registered for.
   *
   * @param listener takes the epochs to train at most, after every heartbeat that tells them
   */
  public void onBudget(IntConsumer listener) {
    budget = listener;
  }

  /**
   * Starts them.
   *
   * @param interval the time from one to the next
   */
  public void start(Duration interval) {
    executor.scheduleWithFixedDelay(
        () -> beat(interval.multipliedBy(2)), 0, interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Sends one more heartbeat out of turn, to learn of a stop that is pending.
   *
   * @param deadline how long to wait for the answer
   */
  public void last(Duration deadline) {
    executor.shutdownNow();
    beat(deadline);
  }

  private synchronized void beat(Duration deadline) {
    try {
      if (away && controller.register(registration, deadline).isEmpty()) {
        return;
      }
      Optional<HeartbeatResponse> answer =
          controller.heartbeat(
              HeartbeatRequest.newBuilder()
                  .setRunUid(registration.getRunUid())
                  .setInstanceId(registration.getInstanceId())
                  .setAttempt(attempt)
                  .setProgress(progress.get())
                  .build(),
              deadline);
      if (away == answer.isPresent()) {
        away = answer.isEmpty();
        LOG.warn(away ? "controller away, training goes on" : "controller back, registered again");
      }
      answer
          .filter(HeartbeatResponse::hasEpochs)
          .ifPresent(response -> budget.accept(response.getEpochs()));
      answer
          .filter(HeartbeatResponse::hasStopCommand)
          .ifPresent(
              response -> stopSwitch.submit(TrainerControlServer.order(response.getStopCommand())));
    } catch (RejectedException e) {
      LOG.error("run lost to this trainer reason=\"{}\"", e.reason());
      stopSwitch.revoke(e.reason());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops them. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
