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
  /** Serialization failure or deadlock. */
  CONFLICT("a concurrent change interfered; try again");

  private final String problem;

  DatabaseFault(String problem) {
    this.problem = problem;
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
    return state.startsWith("40") ? Optional.of(CONFLICT) : Optional.empty();
  }
}
