package dev.connectome.controller.store;

import java.time.Duration;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The identity of this platform and how long it has been up, within one transaction. */
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
   * Records that a controller is up and the database accepts writes. If nobody recorded that for
   * longer than a gap may be, or the database's clock was set, the installation is up only since
   * now.
   */
  public void recordAlive(Duration maxGap) {
    handle
        .createUpdate(
            """
            UPDATE installation SET alive_time = now(),
              up_since = CASE WHEN abs(extract(epoch FROM now() - alive_time)) * 1000 > :gapMillis
                THEN now() ELSE least(up_since, now()) END
            """)
        .bind("gapMillis", maxGap.toMillis())
        .execute();
  }
}
