package dev.connectome.controller.store;

import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.ConnectionException;

/** What can be wrong with the database and passes, so that it is worth trying again. */
public enum DatabaseFault {
  /** It cannot be reached, or ended the connection. */
  AWAY("the controller cannot reach its database; try again"),
  /** It takes no writes, as a standby does. */
  READ_ONLY("the controller's database takes no writes at the moment; try again"),
  /** It has no room, memory or connections left. */
  FULL("the controller's database has no room left; make room, and try again"),
  /** Others were changing the same. */
  BUSY("others were changing the same at the same time; try again");

  private final String problem;

  DatabaseFault(String problem) {
    this.problem = problem;
  }

  /**
   * The same for people.
   *
   * @return what is wrong, and what to do
   */
  public String problem() {
    return problem;
  }

  /**
   * Tells a fault of the database from one of this program, by SQLSTATE.
   *
   * @param e what went wrong
   * @return the fault; empty if it is none of the database, or one that does not pass
   */
  public static Optional<DatabaseFault> of(RuntimeException e) {
    if (e instanceof ConnectionException) {
      return Optional.of(AWAY);
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
      return Optional.of(AWAY);
    }
    if (state.equals("25006")) {
      return Optional.of(READ_ONLY);
    }
    if (state.startsWith("53")) {
      return Optional.of(FULL);
    }
    return state.startsWith("40") ? Optional.of(BUSY) : Optional.empty();
  }
}
