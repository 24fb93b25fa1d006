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

/** The runs of the platform as metrics: {@code connectome_runs} by state. */
final class RunMeters {

  private static final int FRESH_SECONDS = 5;

  private RunMeters() {}

  /**
   * Registers the metrics. Every replica reports the whole platform's: take one of them, not their
   * sum. While the database is away there is no value.
   *
   * @param store where the runs are
   * @param metrics the registry
   */
  static void register(Store store, MeterRegistry metrics) {
    Supplier<Map<RunState, Long>> counts =
        Suppliers.memoizeWithExpiration(
            () -> store.inTransaction(transaction -> transaction.runList().countByState()),
            FRESH_SECONDS,
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
