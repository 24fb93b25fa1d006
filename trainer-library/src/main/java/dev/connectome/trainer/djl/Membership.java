package dev.connectome.trainer.djl;

import com.google.protobuf.util.Durations;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.control.TrainerControlServer;
import dev.connectome.trainer.probe.ActivationSnapshot;
import dev.connectome.trainer.publish.SnapshotPublisher;
import dev.connectome.trainer.registry.ControllerClient;
import dev.connectome.trainer.registry.Heartbeats;
import dev.connectome.trainer.registry.RejectedException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt of a run, from its registration to its outcome, beside the training. */
final class Membership {

  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  private final RegisterTrainerRequest registration;
  private final RegisterTrainerResponse assignment;
  private final ControllerClient controller;
  private final TrainerControlServer server;
  private final SnapshotPublisher publisher;
  private final Heartbeats heartbeats;
  private final AtomicBoolean left = new AtomicBoolean();

  private Membership(
      ListenerSettings settings,
      RegisterTrainerRequest registration,
      RegisterTrainerResponse assignment,
      ControllerClient controller,
      TrainerControlServer server,
      StopSwitch stopSwitch,
      ListenerProgress progress) {
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
            new SnapshotPublisher.Buffer(
                settings.snapshotBuffer(), SnapshotPublisher.Buffer.DEFAULT.bytes()));
    this.heartbeats =
        new Heartbeats(
            controller,
            registration,
            assignment.getAttempt(),
            () -> withPublication(progress.latest()),
            stopSwitch);
    heartbeats.start(Duration.ofNanos(Durations.toNanos(assignment.getHeartbeatInterval())));
  }

  /**
   * Joins a run.
   *
   * @param settings where it is
   * @param stopSwitch what its stops act on
   * @param progress what is told of the training
   * @return the membership; empty if the controller stayed away
   * @throws RejectedException if there is no such run, or it has ended, or another trainer has it
   * @throws IOException if there is no port to be controlled on
   * @throws InterruptedException if the thread is interrupted
   */
  static Optional<Membership> join(
      ListenerSettings settings, StopSwitch stopSwitch, ListenerProgress progress)
      throws RejectedException, IOException, InterruptedException {
    var controller = new ControllerClient(settings.controllerEndpoint());
    TrainerControlServer server = null;
    boolean joined = false;
    try {
      Optional<String> uid = controller.uidOf(settings.run(), settings.patience());
      if (uid.isEmpty()) {
        return Optional.empty();
      }
      String instance = UUID.randomUUID().toString();
      var attempt = new AtomicInteger();
      server =
          TrainerControlServer.start(
              settings.controlHost(),
              0,
              () -> new TrainerControlServer.Identity(uid.get(), attempt.get(), instance),
              stopSwitch,
              progress::latest);
      var registration =
          RegisterTrainerRequest.newBuilder()
              .setRunUid(uid.get())
              .setInstanceId(instance)
              .setControlEndpoint(server.endpoint())
              .build();
      Optional<RegisterTrainerResponse> assignment =
          controller.register(registration, settings.patience());
      if (assignment.isEmpty()) {
        return Optional.empty();
      }
      attempt.set(assignment.get().getAttempt());
      var membership =
          new Membership(
              settings, registration, assignment.get(), controller, server, stopSwitch, progress);
      joined = true;
      LOG.info("joined run={} attempt={}", settings.run(), attempt.get());
      return Optional.of(membership);
    } finally {
      if (!joined) {
        controller.close();
        if (server != null) {
          server.close();
        }
      }
    }
  }

  private TrainingProgress withPublication(TrainingProgress progress) {
    return progress.toBuilder()
        .setDroppedSnapshots(publisher.droppedSnapshots())
        .setPublicationTime(Durations.fromNanos(publisher.publicationNanos()))
        .build();
  }

  /** What the run asks for. */
  TrainingSpec spec() {
    return assignment.getSpec();
  }

  /** Hands a snapshot over; never blocks. */
  void publish(ActivationSnapshot snapshot) {
    publisher.publish(snapshot);
  }

  /**
   * Tells how the attempt ended and lets go of everything. Only the first call does.
   *
   * @param outcome how it ended
   * @param patience how long to try while broker and controller are away
   */
  void leave(TrainingOutcome outcome, Duration patience) {
    if (!left.compareAndSet(false, true)) {
      return;
    }
    try {
      publisher.end(outcome.getFinalEpoch(), patience);
      var request =
          ReportOutcomeRequest.newBuilder()
              .setRunUid(registration.getRunUid())
              .setAttempt(assignment.getAttempt())
              .setInstanceId(registration.getInstanceId())
              .setOutcome(outcome)
              .build();
      if (!controller.reportOutcome(request, patience)) {
        LOG.warn("controller away, outcome not reported end={}", outcome.getEnd());
      }
    } catch (RejectedException e) {
      LOG.warn("outcome refused reason=\"{}\"", e.reason());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      heartbeats.close();
      publisher.close();
      server.close();
      controller.close();
    }
  }
}
