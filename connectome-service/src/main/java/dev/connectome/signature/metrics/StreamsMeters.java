package dev.connectome.signature.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** Publishes the metrics of Kafka Streams that operators need. */
public final class StreamsMeters {

  private static final Set<String> STATE = Set.of("live-sst-files-size", "size-all-mem-tables");

  private StreamsMeters() {}

  /** Registers gauges over the current metrics of Kafka Streams, empty before it is started. */
  public static void register(
      MeterRegistry registry, Supplier<Map<MetricName, ? extends Metric>> metrics) {
    Gauge.builder("connectome.lag", () -> sum(metrics.get(), StreamsMeters::isLag))
        .description(
            "Records of the activations topic on the partitions of this instance that it has not"
                + " consumed yet")
        .register(registry);
    Gauge.builder("connectome.state", () -> sum(metrics.get(), StreamsMeters::isState))
        .description("Local state of this instance, on disk and in memory tables")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
  }

  private static boolean isLag(MetricName name) {
    return name.name().equals("records-lag")
        && !name.tags().getOrDefault("client-id", "").contains("restore");
  }

  private static boolean isState(MetricName name) {
    return STATE.contains(name.name());
  }

  private static double sum(
      Map<MetricName, ? extends Metric> metrics, Predicate<MetricName> selected) {
    double sum = 0;
    for (Map.Entry<MetricName, ? extends Metric> metric : metrics.entrySet()) {
      if (selected.test(metric.getKey())
          && metric.getValue().metricValue() instanceof Number value
          && !Double.isNaN(value.doubleValue())) {
        sum += value.doubleValue();
      }
    }
    return sum;
  }
}
