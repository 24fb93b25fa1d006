package dev.connectome.trainer.djl;

import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.control.ProgressTracker;
import dev.connectome.trainer.control.StopSwitch;
import dev.connectome.trainer.probe.ActivationSnapshot;
import dev.connectome.trainer.registry.ControllerClient;
import dev.connectome.trainer.registry.RejectedException;
import dev.connectome.trainer.registry.TrainerSession;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The session of a listener, which never fails a training that has begun. */
final class ListenerSession {

  private static final Logger LOG = LoggerFactory.getLogger(ListenerSession.class);

  private final TrainerSession session;
  private final AtomicBoolean ended = new AtomicBoolean();

  private ListenerSession(TrainerSession session) {
    this.session = session;
  }

  /**
   * Joins the run and starts the heartbeats. The budget of the run does not end the training, so
   * changes of it are ignored.
   *
   * @return the session; empty if the controller stayed unreachable or the thread was interrupted
   * @throws IllegalStateException if the controller rejects the trainer, or the trainer cannot
   *     listen for stop commands
   */
  static Optional<ListenerSession> open(
      ListenerSettings settings, StopSwitch stopSwitch, ProgressTracker progress) {
    try {
      Optional<TrainerSession> opened = Optional.empty();
      Optional<String> uid = findRun(settings);
      if (uid.isPresent()) {
        opened =
            TrainerSession.open(
                settings.platform(),
                uid.get(),
                UUID.randomUUID().toString(),
                settings.controllerTimeout(),
                stopSwitch,
                progress);
      }
      if (opened.isEmpty()) {
        LOG.warn(
            "controller unreachable, training unobserved endpoint={}",
            settings.platform().controllerEndpoint());
        return Optional.empty();
      }
      LOG.info("joined run={} attempt={}", settings.run(), opened.get().attempt());
      opened.get().startHeartbeats(epochs -> {});
      return opened.map(ListenerSession::new);
    } catch (RejectedException e) {
      throw new IllegalStateException(
          "cannot join run \"%s\": %s; create a run with: connectome runs create --name %s --launcher external"
              .formatted(settings.run(), e.reason(), settings.run()),
          e);
    } catch (IOException e) {
      throw new IllegalStateException(
          "cannot listen for stop commands on %s: %s; set another control host"
              .formatted(settings.platform().controlHost(), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static Optional<String> findRun(ListenerSettings settings)
      throws RejectedException, InterruptedException {
    try (var controller = new ControllerClient(settings.platform().controllerEndpoint())) {
      return controller.uidOf(settings.run(), settings.controllerTimeout());
    }
  }

  TrainingSpec spec() {
    return session.spec();
  }

  void publish(ActivationSnapshot snapshot) {
    session.publish(snapshot);
  }

  /**
   * Reports an outcome and closes the session. May be called by any thread; only the first call has
   * an effect.
   *
   * @param timeout how long to wait for the broker, and for the controller
   */
  void end(TrainingOutcome outcome, Duration timeout) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    try (session) {
      session.endPublication(outcome.getFinalEpoch(), timeout);
      if (!session.report(session.outcomeRequest(outcome), timeout)) {
        LOG.warn("controller unreachable, outcome not reported end={}", outcome.getEnd());
      }
    } catch (RejectedException e) {
      LOG.warn("outcome rejected reason=\"{}\"", e.reason());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
