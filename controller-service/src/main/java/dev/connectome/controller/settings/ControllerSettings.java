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
   * Interval between a trainer's heartbeats. A run is LOST once three are missing, but not before
   * 10 s.
   */
  @WithDefault("5s")
  Duration heartbeatInterval();

  /**
   * How long a run may be LOST while its trainer's process still exists. Then the trainer is
   * terminated and the run resumes from its checkpoint. 0 leaves such trainers alone.
   */
  @WithDefault("1h")
  Duration lostTimeout();

  /**
   * How long a run may be LOST before it fails if this controller cannot see its trainer's process,
   * because the run is external or the trainer runs on another machine.
   */
  @WithDefault("24h")
  Duration externalLostTimeout();

  /**
   * How long a trainer that the controller started may take to register. Then its attempt fails.
   */
  @WithDefault("10m")
  Duration startTimeout();

  /**
   * How long a trainer has to obey a GRACEFUL or IMMEDIATE stop, counted from its delivery. Then it
   * is terminated. A run's {@code spec.stop} overrides this.
   */
  @WithDefault("60s")
  Duration stopGrace();

  /** The same for an END_OF_EPOCH stop. Set it above your longest epoch. */
  @WithDefault("24h")
  Duration stopGraceEndOfEpoch();

  /** Failures in a row, without a new epoch in between, after which a run fails. */
  @WithDefault("5")
  int maxFailures();

  /** Interruptions in a row, without a new epoch in between, after which a run fails. */
  @WithDefault("50")
  int maxInterruptions();

  /**
   * Pause before the attempt after a failure. It doubles with each further failure; a random part
   * of up to half is left out of each pause.
   */
  @WithDefault("10s")
  Duration retryPause();

  /** Pause before the attempt after an interruption. It doubles with each further interruption. */
  @WithDefault("2s")
  Duration interruptionPause();

  /** The longest pause between attempts. */
  @WithDefault("10m")
  Duration longestPause();

  /**
   * How long ended runs are kept. Then they are deleted with their series, decisions and events,
   * and an hour or two later with the checkpoints and logs of their local trainers. Unset keeps
   * runs forever.
   */
  Optional<Duration> retention();

  /**
   * Hosts to which the controller may connect to push stops to external trainers, such as {@code
   * *.example.org}. Trainers on other hosts receive stops in the answers to their heartbeats. Unset
   * allows any host.
   */
  Optional<List<String>> externalEndpoints();

  NotificationSettings notifications();

  Breaker breaker();

  Http http();

  Auth auth();

  Launch launch();

  /**
   * The circuit breaker: when policies stop too many runs, the controller suspends enforcement
   * until a person lifts the suspension.
   */
  interface Breaker {
    /** Stops by policies within the window that are too many. */
    @WithDefault("20")
    int stops();

    /** Length of the window, counted back from the latest decision. */
    @WithDefault("10m")
    Duration window();

    /**
     * The share, 0 to 1, that these stops must be of the runs that were running at the first of
     * them. Runs that started later do not count, so a sweep of short runs does not trip the
     * breaker.
     */
    @WithDefault("0.5")
    double share();
  }

  /** The API over HTTP. */
  interface Http {
    /**
     * Further host names, without ports, for which a controller on a loopback address answers, such
     * as that of a proxy on its machine. A controller that listens on any other address answers for
     * every name.
     */
    Optional<List<String>> allowedHosts();
  }

  /** Authentication. */
  interface Auth {
    /** Any text, the same on all replicas. Changing it ends every browser session of the page. */
    Optional<String> sessionScope();

    /**
     * File with a line {@code NAME ROLE sha256:HASH} for each token; the roles are trainer, viewer,
     * operator and admin. The controller reads it again when it changes.
     */
    Optional<Path> tokensFile();

    /**
     * Whether callers must show a token. {@code false} lets everyone who can connect do everything;
     * it is refused unless the controller listens on loopback addresses only.
     */
    @WithDefault("true")
    boolean enabled();
  }

  /** The broker. */
  interface Kafka {
    /** Bootstrap servers as host:port, separated by commas. */
    @WithDefault("127.0.0.1:9092")
    String bootstrapServers();

    /** Prefix of the topic names. */
    @WithDefault("connectome.")
    String topicPrefix();

    /** Consumer group; controllers in one group share the signatures. */
    @WithDefault("connectome-controller")
    String groupId();

    /**
     * Static membership id, unique in the group. A controller that restarts after a crash then gets
     * its partitions back at once instead of after 10 s.
     */
    Optional<String> groupInstanceId();

    /** Properties file for the Kafka clients, for instance with {@code security.protocol}. */
    Optional<Path> propertiesFile();
  }

  /** Who starts trainers. */
  interface Launch {
    /** Launchers. */
    enum Standard {
      LOCAL,
      KUBERNETES,
      EXTERNAL
    }

    /** The launcher of runs that name none. */
    @WithDefault("local")
    Standard standard();

    Local local();

    KubernetesLaunchSettings kubernetes();
  }

  /** Trainers as processes on this machine. */
  interface Local {
    /** Command line of the trainer: program and arguments. Unset disables local trainers. */
    Optional<List<String>> command();

    /** Folder of the runs' checkpoints, logs and outcomes. */
    @WithDefault("runs")
    Path directory();

    /**
     * Name of this machine, if controllers on several machines share a database: only a controller
     * on a trainer's machine can tell whether its process is alive. Must be unique and survive
     * restarts; a container counts as a machine. Default: host name and machine id.
     */
    Optional<String> host();

    /** The most trainers on this machine at the same time; further runs wait. */
    @WithDefault("2")
    int maxConcurrentRuns();

    /** Data folder for runs that name none. */
    Optional<Path> dataDir();

    /** File with the token of role trainer that trainers show; they get its path. */
    Optional<Path> tokenFile();

    /**
     * Environment variables that trainers inherit from the controller, besides those of the
     * machine, of Java and of devices. A name that ends with {@code *} is a prefix.
     */
    Optional<List<String>> environment();

    /** Address at which trainers reach the controller, host:port. */
    @WithDefault("127.0.0.1:${quarkus.grpc.server.port}")
    String controllerEndpoint();
  }
}
