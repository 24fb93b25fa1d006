package dev.connectome.controller.store;

import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.ConnectionException;

/** Transient database faults, after which a retry makes sense. */
public enum DatabaseFault {
  /** Unreachable, or the connection was closed. */
  UNREACHABLE("the controller cannot reach its database; try again later"),
  /** Accepts no writes, as a standby. */
  READ_ONLY("the controller's database is read-only; try again later"),
  /** Out of disk space, memory or connections. */
  OUT_OF_RESOURCES(
      "the controller's database is out of disk space, memory or connections; free some and try again"),
  /** Serialization failure, deadlock, or a lock that somebody else kept. */
  CONFLICT("a concurrent change interfered; try again"),
  /** A statement took longer than allowed. */
  TOO_SLOW(
      "the controller's database took too long to answer; ask for less at once, or try again later");

  private final String problem;

  DatabaseFault(String problem) {
    this.problem = problem;
  }

  /** Whether it concerns every transaction, not only those that met. */
  public boolean isForAll() {
    return this != CONFLICT && this != TOO_SLOW;
  }

  public String problem() {
    return problem;
  }

  /** Classifies an exception by its SQLSTATE; empty if it is not a transient database fault. */
  public static Optional<DatabaseFault> of(RuntimeException e) {
    if (e instanceof ConnectionException) {
      return Optional.of(UNREACHABLE);
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException failure && failure.getSQLState() != null) {
        return ofState(failure.getSQLState());
      }
    }
    return Optional.empty();
  }

  /**
   * Whether the database has failed rather than refused what it was given: data that it cannot
   * store or that its constraints forbid fail again.
   */
  public static boolean isRetryable(RuntimeException e) {
    if (e instanceof ConnectionException) {
      return true;
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException failure) {
        String state = failure.getSQLState();
        return state == null || !(state.startsWith("22") || state.startsWith("23"));
      }
    }
    return false;
  }

  private static Optional<DatabaseFault> ofState(String state) {
    if (state.startsWith("08") || state.startsWith("57P")) {
      return Optional.of(UNREACHABLE);
    }
    if (state.equals("25006")) {
      return Optional.of(READ_ONLY);
    }
    if (state.startsWith("53")) {
      return Optional.of(OUT_OF_RESOURCES);
    }
    if (state.equals("57014")) {
      return Optional.of(TOO_SLOW);
    }
    return state.startsWith("40") || state.equals("55P03")
        ? Optional.of(CONFLICT)
        : Optional.empty();
  }
}
