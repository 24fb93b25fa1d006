package dev.connectome.signature.settings;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Kafka Streams. */
public interface StreamsSettings {

  /** Application id. Instances with the same id share the partitions. */
  @WithDefault("connectome-service")
  String applicationId();

  /** Directory of the local state, one for each instance. It is rebuilt from Kafka if lost. */
  Path stateDir();

  /** Stream threads. Each has a share of the partitions and computes on one core. */
  @WithDefault("1")
  int threads();

  /** Interval between commits, which is the delay until a signature can be read. */
  @WithDefault("PT0.1S")
  Duration commitInterval();

  /**
   * Static membership id, unique among the instances. A restart within the session timeout then
   * moves no partitions.
   */
  Optional<String> groupInstanceId();

  /**
   * Time without a heartbeat to the broker after which an instance counts as dead; at least 6 s
   * with a broker's defaults.
   */
  @WithDefault("PT10S")
  Duration sessionTimeout();

  /** Standby copies of the local state on other instances. Use 1 on a cluster. */
  @WithDefault("0")
  int standbyReplicas();

  /** Memory of all state stores together, outside the heap, in bytes. */
  @WithDefault("33554432")
  long storeMemoryBytes();

  /**
   * Heap for the connectomes of recently active runs, all partitions together, in bytes. Others are
   * read from the store again, which only costs time. A run takes about 12 P² bytes.
   */
  @WithDefault("67108864")
  long recentBytes();
}
