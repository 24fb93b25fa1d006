package dev.connectome.signature.settings;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long the state of a run is kept after its last record. */
public interface RetentionSettings {

  /** How long open snapshots are kept. */
  @WithDefault("PT6H")
  Duration silent();

  /**
   * How long connectomes are kept, and how long it is known which epochs have their record; at
   * least {@link #silent()}.
   */
  @WithDefault("P7D")
  Duration recorded();

  /** Interval between checks for silent runs. */
  @WithDefault("PT1M")
  Duration checkInterval();
}
