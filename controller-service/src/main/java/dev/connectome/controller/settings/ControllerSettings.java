package dev.connectome.controller.settings;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings below {@code connectome.}. */
@ConfigMapping(prefix = "connectome")
public interface ControllerSettings {

  Kafka kafka();

  /**
   * Interval of trainers' heartbeats. A run is LOST once three are missing, but not before 10 s.
   */
  @WithDefault("5s")
  Duration heartbeatInterval();

  /**
   * How long a run may be LOST before it fails, if this controller cannot observe its trainer
   * because the run is external or the trainer runs on another machine.
   */
  @WithDefault("24h")
  Duration externalLostTimeout();

  /**
   * How long a trainer that the controller has started may take to register before its attempt
   * fails.
   */
  @WithDefault("10m")
  Duration startTimeout();

  /** How long a trainer has to obey a stop command before it is terminated. */
  @WithDefault("60s")
  Duration stopGrace();

  /** Failures in a row, without progress between them, after which a run fails. */
  @WithDefault("3")
  int maxFailures();

  /**
   * How long ended runs are kept. Then they are deleted with their series, decisions and events,
   * but not their files. Unset keeps them for ever.
   */
  Optional<Duration> retention();

  /**
   * Hosts to which stops of external runs may be pushed, {@code *.example.org} for all below one;
   * trainers elsewhere get their stops with their heartbeats. Unset: any host.
   */
  Optional<List<String>> externalEndpoints();

  Http http();

  Launch launch();

  /** The API over HTTP. */
  interface Http {
    /**
     * Additional host names, without ports, under which a controller that listens on a loopback
     * address accepts requests, for instance those of a proxy on its machine. A controller that
     * listens on another address accepts any.
     */
    Optional<List<String>> allowedHosts();
  }

  interface Kafka {
    /** Bootstrap servers as host:port, separated by commas. */
    @WithDefault("127.0.0.1:9092")
    String bootstrapServers();

    /** Prefix of the topics' names. */
    @WithDefault("connectome.")
    String topicPrefix();

    /** Consumer group that shares the signatures. */
    @WithDefault("connectome-controller")
    String groupId();

    /**
     * Static group membership id, unique in the group. With it a controller that restarts after a
     * crash gets its partitions back at once rather than after 10 s.
     */
    Optional<String> groupInstanceId();

    /** A file with further properties of the Kafka client, such as {@code security.protocol}. */
    Optional<Path> propertiesFile();
  }

  interface Launch {
    /** Launchers. */
    enum Standard {
      LOCAL,
      KUBERNETES,
      EXTERNAL
    }

    /** Launcher of runs that name none: local, kubernetes or external. */
    @WithDefault("local")
    Standard standard();

    Local local();

    KubernetesLaunchSettings kubernetes();
  }

  /** Trainers as processes on this machine. */
  interface Local {
    /** The trainer's command line: program and arguments. Unset disables local trainers. */
    Optional<List<String>> command();

    /** Folder of the runs' checkpoints, logs and outcomes. */
    @WithDefault("runs")
    Path directory();

    /**
     * Name of this machine where controllers on several machines share a database: only a
     * controller on a trainer's machine checks whether its process is alive. Must be unique and
     * survive restarts; each container is a machine. Defaults to the host name and the machine id.
     */
    Optional<String> host();

    /** How many runs may have a trainer on this machine at the same time. */
    @WithDefault("2")
    int maxConcurrentRuns();

    /** Data folder of runs that name none. */
    Optional<Path> dataDir();

    /** The controller's address for trainers, host:port. */
    @WithDefault("127.0.0.1:${quarkus.grpc.server.port}")
    String controllerEndpoint();
  }
}
