package dev.connectome.signature.stream;

/**
 * Where the service is on its way to work.
 *
 * @param kind the phase, for programs
 * @param detail the same for people, with what has to be done if something has
 */
public record ServicePhase(Kind kind, String detail) {

  /** Phases, in the order in which a healthy service passes them. */
  public enum Kind {
    /** The broker has not been reached yet; it is tried again and again. */
    WAITING_FOR_BROKER,
    /** A topic is not as it must be; somebody has to mend it. */
    TOPICS_UNUSABLE,
    /** Partitions are being assigned and state is being restored for the first time. */
    STARTING,
    /** Signatures are computed. */
    RUNNING,
    /** The service ends. */
    STOPPED,
    /** The native libraries could not be loaded, or Kafka Streams gave up. */
    FAILED
  }

  /**
   * Tells whether records published now are going to be processed.
   *
   * @return whether the service is ready
   */
  public boolean isReady() {
    return kind == Kind.RUNNING;
  }

  /** Tells whether a phase may follow: after a failure only the end, after the end none. */
  boolean admits(Kind next) {
    return switch (kind) {
      case STOPPED -> false;
      case FAILED -> next == Kind.STOPPED;
      case WAITING_FOR_BROKER, TOPICS_UNUSABLE, STARTING, RUNNING -> true;
    };
  }
}
