package dev.connectome.controller.settings;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The controller's own settings, below {@code connectome.}. */
@ConfigMapping(prefix = "connectome")
public interface ControllerSettings {

  /**
   * Kafka.
   *
   * @return its settings
   */
  Kafka kafka();

  /**
   * How often trainers send heartbeats. A run is LOST after three of them, and 10 s at least, are
   * missing.
   *
   * @return the interval
   */
  @WithDefault("5s")
  Duration heartbeatInterval();

  /**
   * How long a run may be LOST before it has failed if this controller cannot look after its
   * trainer, because someone else started it or a controller on another machine.
   *
   * @return the time
   */
  @WithDefault("24h")
  Duration externalLostTimeout();

  /**
   * How long a trainer that the controller has started may take until it registers; later it counts
   * as a failure.
   *
   * @return the time
   */
  @WithDefault("10m")
  Duration startTimeout();

  /**
   * How long a trainer has to obey a stop before it is ended by force.
   *
   * @return the time
   */
  @WithDefault("60s")
  Duration stopGrace();

  /**
   * Failures in a row, without an epoch of progress between them, after which a run has failed.
   *
   * @return the number
   */
  @WithDefault("3")
  int maxFailures();

  /**
   * How long runs are kept after their end; then they are deleted with their series, decisions and
   * events, but for their files. For ever if it is not set.
   *
   * @return the time
   */
  Optional<Duration> retention();

  /**
   * The API over HTTP.
   *
   * @return its settings
   */
  Http http();

  /**
   * Who starts trainers.
   *
   * @return the launchers
   */
  Launch launch();

  /** The API over HTTP. */
  interface Http {
    /**
     * What a controller that listens on a loopback address may be called besides localhost and
     * loopback addresses, for instance by a proxy on its machine: requests for other hosts are
     * refused. One that listens elsewhere answers whatever it is called.
     *
     * @return names of hosts, without ports
     */
    Optional<List<String>> allowedHosts();
  }

  /** Kafka. */
  interface Kafka {
    /**
     * The brokers.
     *
     * @return host:port, separated by commas
     */
    @WithDefault("127.0.0.1:9092")
    String bootstrapServers();

    /**
     * What the names of the topics begin with.
     *
     * @return the prefix
     */
    @WithDefault("connectome.")
    String topicPrefix();

    /**
     * The consumer group that shares the signatures.
     *
     * @return its id
     */
    @WithDefault("connectome-controller")
    String groupId();

    /**
     * What this controller is always called in the group; each has a name of its own. A controller
     * that has one takes its work up again at once after a crash, rather than after 10 s.
     *
     * @return the name
     */
    Optional<String> groupInstanceId();

    /**
     * A file with further properties of the Kafka client, for instance {@code security.protocol}.
     *
     * @return the file
     */
    Optional<Path> propertiesFile();
  }

  /** Launchers. */
  interface Launch {
    /**
     * Who starts the trainers of runs that do not say: local, kubernetes or external.
     *
     * @return the launcher's name
     */
    @WithDefault("local")
    String standard();

    /**
     * Trainers as processes on this machine.
     *
     * @return the settings
     */
    Local local();

    /**
     * Trainers as Kubernetes Jobs.
     *
     * @return the settings
     */
    KubernetesLaunchSettings kubernetes();
  }

  /** Trainers as processes on this machine. */
  interface Local {
    /**
     * The trainer's command line. Without it this controller starts no local trainers.
     *
     * @return program and arguments
     */
    Optional<List<String>> command();

    /**
     * Where runs have their folders: checkpoints, logs, outcomes.
     *
     * @return the folder
     */
    @WithDefault("runs")
    Path directory();

    /**
     * What this machine is called where controllers on several share a database: only a controller
     * on the machine of a trainer judges by the trainer's process whether it lives. It has to be
     * the same after a restart and no other machine's; a container counts as a machine. By default
     * the host name and the machine id.
     *
     * @return the name
     */
    Optional<String> host();

    /**
     * How many runs may be live at once on this machine.
     *
     * @return the number
     */
    @WithDefault("2")
    int maxConcurrentRuns();

    /**
     * Where the data of runs is that name no folder themselves.
     *
     * @return the folder
     */
    Optional<Path> dataDir();

    /**
     * Where trainers find the controller.
     *
     * @return host:port
     */
    @WithDefault("127.0.0.1:${quarkus.grpc.server.port}")
    String controllerEndpoint();
  }
}
