package dev.connectome.controller.app;

import dev.connectome.controller.lifecycle.Enforcement;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.loop.Loop;
import dev.connectome.controller.loop.Loops;
import dev.connectome.controller.store.Store;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Metrics of the loops, of the outbox of stops, and of what keeps decisions from being enforced.
 */
final class ControlMeters {

  private ControlMeters() {}

  /** After all loops have been added. */
  static void loops(Loops loops, MeterRegistry metrics) {
    for (Loop loop : loops.all()) {
      TimeGauge.builder(
              "connectome.loop.age", loop, TimeUnit.MILLISECONDS, one -> one.age().toMillis())
          .description("since the last pass of a background loop that succeeded")
          .tag("loop", loop.name())
          .register(metrics);
      passes(loop, "success", Loop::successes, metrics);
      passes(loop, "failure", Loop::failures, metrics);
    }
  }

  private static void passes(
      Loop loop, String result, ToDoubleFunction<Loop> count, MeterRegistry metrics) {
    FunctionCounter.builder("connectome.loop.passes", loop, count)
        .description("passes of a background loop")
        .tag("loop", loop.name())
        .tag("result", result)
        .register(metrics);
  }

  /** The same on every replica. There is no value while the database is unreachable. */
  static void stops(Store store, MeterRegistry metrics) {
    var outbox = new CachedQuery<>(store, transaction -> transaction.stops().outbox());
    Gauge.builder("connectome.stops.unfinished", () -> outbox.get().unfinished())
        .description("stop commands of the platform that are not carried out, on every replica")
        .register(metrics);
    TimeGauge.builder(
            "connectome.stops.oldest",
            () -> outbox.get().oldestPending().toMillis(),
            TimeUnit.MILLISECONDS)
        .description("age of the oldest stop command that no trainer has acknowledged")
        .register(metrics);
    Gauge.builder("connectome.stops.pushes", () -> outbox.get().pushes())
        .description("pushes of the stop commands that are not carried out")
        .register(metrics);
    var suspended =
        new CachedQuery<>(store, transaction -> transaction.enforcement().read().suspended());
    Gauge.builder("connectome.enforcement.suspended", () -> suspended.get() ? 1 : 0)
        .description("1 while no decision stops a run, the same on every replica")
        .register(metrics);
    store.onEventKind(
        kind ->
            Counter.builder("connectome.run.events")
                .description("events of runs that this controller recorded")
                .tag("kind", kind.name())
                .register(metrics)
                .increment());
  }

  static void faults(Quarantine quarantine, Enforcement enforcement, MeterRegistry metrics) {
    Gauge.builder("connectome.runs.quarantined", quarantine, Quarantine::size)
        .description("runs that this controller cannot process")
        .register(metrics);
    FunctionCounter.builder("connectome.enforcement.trips", enforcement, Enforcement::trips)
        .description("how often too many stops by policies have suspended enforcement")
        .register(metrics);
  }
}
