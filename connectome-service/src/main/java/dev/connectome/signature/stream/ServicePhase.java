package dev.connectome.signature.stream;

/**
 * The phase of the service's lifecycle.
 *
 * @param kind the phase, for programs
 * @param detail the same for people, with the remedy if there is one
 */
public record ServicePhase(Kind kind, String detail) {

  /** Phases, in the order in which a healthy service passes them. */
  public enum Kind {
    /** The broker has not been reached yet; the service keeps retrying. */
    WAITING_FOR_BROKER,
    /** A topic is misconfigured; an operator must correct it. */
    TOPICS_UNUSABLE,
    /** Partitions are being assigned and state is being restored for the first time. */
    STARTING,
    /** Signatures are being computed. */
    RUNNING,
    /** The service is shutting down. */
    STOPPED,
    /** The native libraries could not be loaded, or Kafka Streams gave up. */
    FAILED
  }

  public boolean isReady() {
    return kind == Kind.RUNNING;
  }

  /** A failed service can only stop; a stopped one stays stopped. */
  boolean canBecome(Kind next) {
    return switch (kind) {
      case STOPPED -> false;
      case FAILED -> next == Kind.STOPPED;
      case WAITING_FOR_BROKER, TOPICS_UNUSABLE, STARTING, RUNNING -> true;
    };
  }
}
