package dev.connectome.controller.store;

import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Requests that may be sent again, within one transaction. */
public final class RequestTable {

  private final Handle handle;

  RequestTable(Handle handle) {
    this.handle = handle;
  }

  /** What is known of a request. */
  public enum Seen {
    NEW,
    AGAIN,
    /** Its id was used for another one. */
    OTHER
  }

  /**
   * Notes a request for seven days. One that another transaction is carrying out is waited for.
   *
   * @param content tells the request from all others
   */
  public Seen note(UUID requestId, String content) {
    handle.execute("DELETE FROM requests WHERE create_time < now() - interval '7 days'");
    boolean added =
        handle.execute(
                "INSERT INTO requests (request_id, content) VALUES (?, ?) ON CONFLICT DO NOTHING",
                requestId,
                content)
            == 1;
    if (added) {
      return Seen.NEW;
    }
    String earlier =
        handle
            .createQuery("SELECT content FROM requests WHERE request_id = :id")
            .bind("id", requestId)
            .mapTo(String.class)
            .one();
    return earlier.equals(content) ? Seen.AGAIN : Seen.OTHER;
  }
}
