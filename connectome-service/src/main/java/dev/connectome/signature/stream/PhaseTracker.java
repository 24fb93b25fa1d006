package dev.connectome.signature.stream;

import dev.connectome.signature.stream.ServicePhase.Kind;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** The current phase of the service. Thread-safe; refuses illegal transitions silently. */
final class PhaseTracker {

  private static final Logger LOG = Logger.getLogger(PhaseTracker.class);

  private final Consumer<ServicePhase> listener;
  private volatile ServicePhase phase =
      new ServicePhase(Kind.WAITING_FOR_BROKER, "the broker has not been contacted yet");

  /** {@code listener} is called on the thread that enters a phase, once for each change of kind. */
  PhaseTracker(Consumer<ServicePhase> listener) {
    this.listener = listener;
  }

  ServicePhase current() {
    return phase;
  }

  void enter(Kind kind, String detail) {
    ServicePhase next = new ServicePhase(kind, detail);
    ServicePhase before;
    synchronized (this) {
      before = phase;
      if (!before.canBecome(kind)) {
        return;
      }
      phase = next;
    }
    if (before.kind() != kind) {
      LOG.infof("phase entered phase=%s", kind);
      listener.accept(next);
    }
  }
}
