package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.harness.Latencies;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What all trainers together have observed. Thread-safe. */
final class TrainerObservations {
  private final Map<String, Integer> failedHeartbeats = new TreeMap<>();
  private final List<Misdirected> misdirected = new ArrayList<>();
  private Latencies heartbeats = new Latencies();

  /** A stop command that reached a trainer that does not, or no longer, train the run. */
  record Misdirected(String runUid, String commandId) {}

  synchronized void heartbeat(Duration latency) {
    heartbeats.add(latency);
  }

  synchronized void heartbeatFailed(Status status) {
    failedHeartbeats.merge(status.getCode().name(), 1, Integer::sum);
  }

  synchronized void misdirected(String runUid, String commandId) {
    misdirected.add(new Misdirected(runUid, commandId));
  }

  /** Forgets the latencies of the warm-up. */
  synchronized void restart() {
    heartbeats = new Latencies();
  }

  synchronized Latencies.Percentiles heartbeats() {
    return heartbeats.percentiles();
  }

  synchronized Map<String, Integer> failedHeartbeats() {
    return new TreeMap<>(failedHeartbeats);
  }

  synchronized List<Misdirected> misdirected() {
    return List.copyOf(misdirected);
  }
}
