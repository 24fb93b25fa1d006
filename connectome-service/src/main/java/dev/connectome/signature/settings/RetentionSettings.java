package dev.connectome.signature.settings;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long what is kept. */
public interface RetentionSettings {

  /**
   * After what silence of a run its open snapshots are given up and its connectomes dropped.
   *
   * @return the time
   */
  @WithDefault("PT6H")
  Duration silent();

  /**
   * After what silence of a run it is forgotten which of its epochs have their record.
   *
   * @return the time, no less than {@link #silent()}
   */
  @WithDefault("P7D")
  Duration recorded();

  /**
   * How often silent runs are looked for.
   *
   * @return the interval
   */
  @WithDefault("PT1M")
  Duration checkInterval();
}
