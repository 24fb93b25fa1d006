package dev.connectome.controller.store;

import java.time.Instant;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The identity of this platform, within one transaction. */
public final class InstallationTable {

  private final Handle handle;

  InstallationTable(Handle handle) {
    this.handle = handle;
  }

  /** Identifies the platform; created with the database. */
  public UUID uid() {
    return handle.createQuery("SELECT uid FROM installation").mapTo(UUID.class).one();
  }

  /**
   * Returns the database's time, after a write that changes nothing: fails unless the database
   * accepts writes.
   */
  public Instant write() {
    return handle
        .createQuery("UPDATE installation SET uid = uid RETURNING now()")
        .mapTo(Instant.class)
        .one();
  }
}
