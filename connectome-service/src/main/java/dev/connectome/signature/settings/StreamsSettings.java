package dev.connectome.signature.settings;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Kafka Streams. */
public interface StreamsSettings {

  /** Application id; instances with the same id share the partitions. */
  @WithDefault("connectome-service")
  String applicationId();

  /** Directory of the local state, which can be rebuilt from Kafka. */
  Path stateDir();

  /** Stream threads, each with its own share of the partitions. */
  @WithDefault("1")
  int threads();

  /** Interval between commits: the delay until a signature can be read. */
  @WithDefault("PT0.1S")
  Duration commitInterval();

  /**
   * Makes this instance a static member: a restart within the session timeout moves no partitions.
   * Must be unique among the instances.
   */
  Optional<String> groupInstanceId();

  /**
   * Time without a heartbeat after which an instance is considered dead; at least 6 s with a
   * broker's defaults.
   */
  @WithDefault("PT10S")
  Duration sessionTimeout();

  /** Standby copies of the local state on other instances. */
  @WithDefault("0")
  int standbyReplicas();

  /** Off-heap memory of all state stores together. */
  @WithDefault("33554432")
  long storeMemoryBytes();

  /**
   * Heap for the connectomes of recently active runs, all partitions together; others are read from
   * the store again. A run takes about 12 P² bytes.
   */
  @WithDefault("67108864")
  long recentBytes();
}
