package dev.connectome.signature.settings;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long the state of an attempt is kept after its last record. */
public interface RetentionSettings {

  /**
   * How long an attempt may be silent before its open snapshots are closed as incomplete. After a
   * start the service first reads what was published during an outage, however long it takes, and
   * an hour more, or this time if it is shorter: what it reads then is not late.
   */
  @WithDefault("PT6H")
  Duration silent();

  /**
   * How long the connectomes of an attempt that has not ended are kept, so that an epoch may take
   * as long, and how long duplicates are recognised. At least {@link #silent()}.
   */
  @WithDefault("P7D")
  Duration recorded();

  /** Interval between checks for silent attempts. */
  @WithDefault("PT1M")
  Duration checkInterval();
}
