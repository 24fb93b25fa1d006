package dev.connectome.controller.store;

import java.time.Instant;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** What this platform is, within one transaction. */
public final class InstallationTable {

  private final Handle handle;

  InstallationTable(Handle handle) {
    this.handle = handle;
  }

  /**
   * What tells this platform from every other.
   *
   * @return its uid, made with the database
   */
  public UUID uid() {
    return handle.createQuery("SELECT uid FROM installation").mapTo(UUID.class).one();
  }

  /**
   * Writes, without a change, and so shows that the database takes writes.
   *
   * @return the database's time
   */
  public Instant write() {
    return handle
        .createQuery("UPDATE installation SET uid = uid RETURNING now()")
        .mapTo(Instant.class)
        .one();
  }
}
