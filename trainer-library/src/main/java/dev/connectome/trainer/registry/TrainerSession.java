package dev.connectome.trainer.registry;

import com.google.protobuf.util.Durations;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.control.TrainerControlServer;
import dev.connectome.trainer.probe.ActivationSnapshot;
import dev.connectome.trainer.publish.SnapshotPublisher;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * One attempt at a run, from its registration to the report of its outcome. It serves stop
 * commands, sends heartbeats and publishes snapshots on threads of its own; only {@link #open},
 * {@link #endPublication} and {@link #report} block the training.
 */
public final class TrainerSession implements AutoCloseable {

  private final RegisterTrainerRequest registration;
  private final RegisterTrainerResponse assignment;
  private final ControllerClient controller;
  private final TrainerControlServer server;
  private final SnapshotPublisher publisher;
  private final Heartbeats heartbeats;

  private TrainerSession(
      PlatformSettings settings,
      RegisterTrainerRequest registration,
      RegisterTrainerResponse assignment,
      ControllerClient controller,
      TrainerControlServer server,
      StopSwitch stopSwitch,
      ProgressTracker progress) {
    this.registration = registration;
    this.assignment = assignment;
    this.controller = controller;
    this.server = server;
    this.publisher =
        new SnapshotPublisher(
            settings.kafkaBootstrapServers(),
            settings.kafkaProperties(),
            settings.topicPrefix() + "activations.v1",
            registration.getRunUid(),
            assignment.getAttempt(),
            settings.snapshotBuffer());
    this.heartbeats =
        new Heartbeats(
            controller, registration, assignment.getAttempt(), progress::progress, stopSwitch);
    progress.setTotalEpochs(assignment.getSpec().getEpochs());
    progress.setPublication(publisher::droppedSnapshots, publisher::publicationNanos);
  }

  /**
   * Registers a trainer for a run. Retries while the controller is unreachable.
   *
   * @param settings where the platform is
   * @param runUid the run's uid
   * @param instanceId identifies this process; the same instance gets the same attempt again
   * @param timeout how long to retry
   * @param stopSwitch receives stop commands and revocations
   * @param progress the progress to report
   * @return the session; empty if the controller stayed unreachable
   * @throws RejectedException if the run does not exist, has ended or already has a trainer
   * @throws IOException if the trainer cannot listen on the control port
   * @throws InterruptedException if the thread is interrupted
   */
  public static Optional<TrainerSession> open(
      PlatformSettings settings,
      String runUid,
      String instanceId,
      Duration timeout,
      StopSwitch stopSwitch,
      ProgressTracker progress)
      throws RejectedException, IOException, InterruptedException {
    var attempt = new AtomicInteger();
    TrainerControlServer server =
        TrainerControlServer.start(
            settings.controlHost(),
            settings.controlPort(),
            () -> new TrainerControlServer.Identity(runUid, attempt.get(), instanceId),
            stopSwitch,
            progress::progress);
    var controller = new ControllerClient(settings.controllerEndpoint());
    boolean opened = false;
    try {
      var registration =
          RegisterTrainerRequest.newBuilder()
              .setRunUid(runUid)
              .setInstanceId(instanceId)
              .setControlEndpoint(server.endpoint())
              .build();
      Optional<RegisterTrainerResponse> assignment = controller.register(registration, timeout);
      if (assignment.isEmpty()) {
        return Optional.empty();
      }
      attempt.set(assignment.get().getAttempt());
      var session =
          new TrainerSession(
              settings, registration, assignment.get(), controller, server, stopSwitch, progress);
      opened = true;
      return Optional.of(session);
    } finally {
      if (!opened) {
        controller.close();
        server.close();
      }
    }
  }

  /**
   * Starts the heartbeats, at the interval that the controller asked for.
   *
   * @param budget receives the number of epochs to train, after every heartbeat that carries it; it
   *     may change while the training runs
   */
  public void startHeartbeats(IntConsumer budget) {
    heartbeats.onBudget(budget);
    heartbeats.start(Duration.ofNanos(Durations.toNanos(assignment.getHeartbeatInterval())));
  }

  /**
   * Stops the regular heartbeats and sends a last one, to learn of a stop that is pending.
   *
   * @param timeout how long to wait for the response
   */
  public void sendLastHeartbeat(Duration timeout) {
    heartbeats.sendLast(timeout);
  }

  /**
   * Returns the attempt.
   *
   * @return the attempt, from 1
   */
  public int attempt() {
    return assignment.getAttempt();
  }

  /**
   * Returns what to train.
   *
   * @return the run's specification
   */
  public TrainingSpec spec() {
    return assignment.getSpec();
  }

  /**
   * Returns whether to resume from the newest checkpoint.
   *
   * @return true if an earlier attempt may have written one
   */
  public boolean resumes() {
    return assignment.getResume();
  }

  /**
   * Hands a snapshot over for publication. Never blocks.
   *
   * @param snapshot the snapshot
   */
  public void publish(ActivationSnapshot snapshot) {
    publisher.publish(snapshot);
  }

  /**
   * Publishes the waiting snapshots and the end of the attempt.
   *
   * @param finalEpoch the last completed epoch; 0 if there is none
   * @param timeout how long to wait for the broker
   * @return whether the broker has acknowledged everything
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean endPublication(int finalEpoch, Duration timeout) throws InterruptedException {
    return publisher.end(finalEpoch, timeout);
  }

  /**
   * Makes the request that reports an outcome.
   *
   * @param outcome how the attempt ended
   * @return the request for {@link #report}
   */
  public ReportOutcomeRequest outcomeRequest(TrainingOutcome outcome) {
    return ReportOutcomeRequest.newBuilder()
        .setRunUid(registration.getRunUid())
        .setAttempt(assignment.getAttempt())
        .setInstanceId(registration.getInstanceId())
        .setOutcome(outcome)
        .build();
  }

  /**
   * Reports an outcome. Retries while the controller is unreachable.
   *
   * @param request the outcome, from {@link #outcomeRequest}
   * @param timeout how long to retry
   * @return whether the controller has recorded it
   * @throws RejectedException if the controller rejects it, for example from an older attempt
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean report(ReportOutcomeRequest request, Duration timeout)
      throws RejectedException, InterruptedException {
    return controller.reportOutcome(request, timeout);
  }

  /** Closes all connections at once. Snapshots that are not published yet are lost. */
  @Override
  public void close() {
    heartbeats.close();
    publisher.close();
    server.close();
    controller.close();
  }
}
