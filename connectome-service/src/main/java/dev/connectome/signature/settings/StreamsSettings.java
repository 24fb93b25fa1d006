package dev.connectome.signature.settings;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Kafka Streams. */
public interface StreamsSettings {

  /**
   * The name that instances sharing the work have in common.
   *
   * @return the application id
   */
  @WithDefault("connectome-service")
  String applicationId();

  /**
   * Where local state lies; it can be rebuilt from Kafka.
   *
   * @return the directory
   */
  Path stateDir();

  /**
   * Threads that compute, each with its own share of the partitions.
   *
   * @return the number of threads
   */
  @WithDefault("1")
  int threads();

  /**
   * How often transactions are committed: the delay after which a signature can be read.
   *
   * @return the interval
   */
  @WithDefault("PT0.1S")
  Duration commitInterval();

  /**
   * Makes this instance a static member: a restart within the session timeout moves no partitions.
   *
   * @return a name unique among the instances
   */
  Optional<String> groupInstanceId();

  /**
   * After what silence an instance is taken for dead.
   *
   * @return the timeout, 6 s or more with a broker's defaults
   */
  @WithDefault("PT10S")
  Duration sessionTimeout();

  /**
   * Copies of the local state on other instances.
   *
   * @return the number of standby replicas
   */
  @WithDefault("0")
  int standbyReplicas();

  /**
   * Memory of the state stores outside the heap, all together.
   *
   * @return bytes
   */
  @WithDefault("33554432")
  long storeMemoryBytes();

  /**
   * Heap for the connectomes of runs that were active lately, all partitions together; others are
   * read from the store again. A run takes about 12 P² bytes.
   *
   * @return bytes
   */
  @WithDefault("67108864")
  long recentBytes();
}
