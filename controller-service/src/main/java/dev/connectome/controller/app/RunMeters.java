package dev.connectome.controller.app;

import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.Store;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** The metric {@code connectome_runs}: runs by state. */
final class RunMeters {

  private RunMeters() {}

  /**
   * Every replica reports the runs of the whole platform, so use one replica's value, not their
   * sum. There is no value while the database is unreachable.
   */
  static void register(Store store, MeterRegistry metrics) {
    var counts = new CachedQuery<>(store, transaction -> transaction.runList().countByState());
    for (RunState state : RunState.values()) {
      Gauge.builder("connectome.runs", () -> counts.get().getOrDefault(state, 0L))
          .description("runs of the platform by state, the same on every replica")
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(metrics);
    }
  }
}
