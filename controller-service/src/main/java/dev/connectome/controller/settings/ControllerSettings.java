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
   * How long a run may be LOST before its trainer, which is still there, is terminated and the run
   * tried again from its checkpoint. 0 leaves such trainers alone.
   */
  @WithDefault("1h")
  Duration lostTimeout();

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

  /**
   * How long a trainer has to obey a GRACEFUL or IMMEDIATE stop, once it was given the command,
   * before it is terminated. A run's spec may say otherwise.
   */
  @WithDefault("60s")
  Duration stopGrace();

  /** The same for END_OF_EPOCH: more than the longest epoch. */
  @WithDefault("24h")
  Duration stopGraceEndOfEpoch();

  /** Failures in a row, without progress between them, after which a run fails. */
  @WithDefault("5")
  int maxFailures();

  /** Interruptions in a row, without progress between them, after which a run fails. */
  @WithDefault("50")
  int maxInterruptions();

  /**
   * Pause after the first failure; it doubles with each further one. A random part of up to half is
   * left out of each.
   */
  @WithDefault("10s")
  Duration retryPause();

  /** Pause after the first interruption; it doubles with each further one. */
  @WithDefault("2s")
  Duration interruptionPause();

  /** Pauses grow no longer than this. */
  @WithDefault("10m")
  Duration longestPause();

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

  NotificationSettings notifications();

  Breaker breaker();

  Http http();

  Auth auth();

  Launch launch();

  /**
   * When policies stop too many runs, enforcement is suspended until a person lifts the suspension.
   */
  interface Breaker {
    /** How many stops by policies within the window are too many. */
    @WithDefault("20")
    int stops();

    /** The window, counted back from a decision. */
    @WithDefault("10m")
    Duration window();

    /**
     * What part of the runs that were running at the first of those stops they must be, 0 to 1.
     * Runs that started later do not count: a sweep of short runs may stop one after the other.
     */
    @WithDefault("0.5")
    double share();
  }

  /** The API over HTTP. */
  interface Http {
    /**
     * Additional host names, without ports, under which a controller that listens on a loopback
     * address accepts requests, for instance those of a proxy on its machine. A controller that
     * listens on another address accepts any.
     */
    Optional<List<String>> allowedHosts();
  }

  /** Who may call. */
  interface Auth {
    /**
     * Any text: sessions of the page that were begun under another one are worth nothing. All
     * replicas have the same.
     */
    Optional<String> sessionScope();

    /**
     * A file with a line {@code NAME ROLE sha256:HASH} for each token; roles are trainer, viewer,
     * operator and admin. It is read again when it has changed.
     */
    Optional<Path> tokensFile();

    /**
     * Whether callers are asked who they are. False lets everybody do everything who can connect,
     * and is refused unless the controller listens on loopback addresses only.
     */
    @WithDefault("true")
    boolean enabled();
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

    /** A file with the token that trainers show, of role trainer; they are told its path. */
    Optional<Path> tokenFile();

    /**
     * Names of environment variables that trainers get from the controller, in addition to the
     * usual ones of the machine, of Java and of devices; a name that ends with * is a prefix.
     */
    Optional<List<String>> environment();

    /** The controller's address for trainers, host:port. */
    @WithDefault("127.0.0.1:${quarkus.grpc.server.port}")
    String controllerEndpoint();
  }
}
