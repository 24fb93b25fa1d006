package dev.connectome.controller.app;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.Store;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The metric {@code connectome_runs}: runs by state. */
final class RunMeters {

  private static final int CACHE_SECONDS = 5;

  private RunMeters() {}

  /**
   * Every replica reports the runs of the whole platform, so use one replica's value, not their
   * sum. There is no value while the database is unreachable.
   */
  static void register(Store store, MeterRegistry metrics) {
    Supplier<Map<RunState, Long>> counts =
        Suppliers.memoizeWithExpiration(
            () -> store.inTransaction(transaction -> transaction.runList().countByState()),
            CACHE_SECONDS,
            TimeUnit.SECONDS);
    for (RunState state : RunState.values()) {
      Gauge.builder(
              "connectome.runs", () -> Objects.requireNonNull(counts.get()).getOrDefault(state, 0L))
          .description("runs of the platform by state, the same on every replica")
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(metrics);
    }
  }
}
