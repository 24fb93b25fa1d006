package dev.connectome.trainer.service;

import dev.connectome.trainer.publish.SnapshotPublisher;
import dev.connectome.trainer.registry.PlatformSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of a trainer. */
@Command(
    name = "trainer",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description =
        "Trains one run of the Connectome platform. Started by the platform's launcher, or by you"
            + " for a run whose launcher is external.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all epochs were trained, or the run was stopped",
      "1:the training failed",
      "2:a setting is missing or wrong",
      "143:ended by a signal; a new attempt can resume from the checkpoint"
    },
    showDefaultValues = true)
public final class Main implements Callable<Integer> {

  private static final int MAX_PORT = 65_535;

  /** Referenced here, because a logger that is garbage-collected loses its level. */
  private static final List<Logger> LESS_VERBOSE =
      Stream.of("org.apache.kafka", "ai.djl").map(Logger::getLogger).toList();

  @Option(
      names = "--controller-endpoint",
      required = true,
      defaultValue = "${env:CONNECTOME_CONTROLLER_ENDPOINT}",
      paramLabel = "HOST:PORT",
      description = "the controller's gRPC endpoint (CONNECTOME_CONTROLLER_ENDPOINT)")
  private String controllerEndpoint = "";

  @Option(
      names = "--run-uid",
      required = true,
      defaultValue = "${env:CONNECTOME_RUN_UID}",
      paramLabel = "UUID",
      description = "the run to train (CONNECTOME_RUN_UID)")
  private String runUid = "";

  @Option(
      names = "--instance-id",
      defaultValue = "${env:CONNECTOME_INSTANCE_ID:-}",
      paramLabel = "ID",
      description = "identifies this process (CONNECTOME_INSTANCE_ID); a random UUID if not given")
  private String instanceId = "";

  @Option(
      names = "--kafka-bootstrap-servers",
      required = true,
      defaultValue = "${env:CONNECTOME_KAFKA_BOOTSTRAP_SERVERS}",
      paramLabel = "HOST:PORT,..",
      description = "the brokers (CONNECTOME_KAFKA_BOOTSTRAP_SERVERS)")
  private String kafkaBootstrapServers = "";

  @Option(
      names = "--kafka-properties-file",
      defaultValue = "${env:CONNECTOME_KAFKA_PROPERTIES_FILE:-}",
      paramLabel = "FILE",
      description =
          "additional properties of the Kafka client, for example security.protocol"
              + " (CONNECTOME_KAFKA_PROPERTIES_FILE)")
  private String kafkaPropertiesFile = "";

  @Option(
      names = "--topic-prefix",
      defaultValue = "${env:CONNECTOME_TOPIC_PREFIX:-connectome.}",
      paramLabel = "PREFIX",
      description = "the prefix of the topic names (CONNECTOME_TOPIC_PREFIX)")
  private String topicPrefix = "";

  @Option(
      names = "--data-dir",
      defaultValue = "${env:CONNECTOME_DATA_DIR:-}",
      paramLabel = "DIR",
      description =
          "the data of runs that name no directory (CONNECTOME_DATA_DIR); the embedded data set if"
              + " not given")
  private String dataDirectory = "";

  @Option(
      names = "--device",
      defaultValue = "${env:CONNECTOME_DEVICE:-auto}",
      paramLabel = "DEVICE",
      description =
          "the device of runs that name none: auto, cpu, gpu or gpu:N (CONNECTOME_DEVICE)")
  private String device = "";

  @Option(
      names = "--networks-path",
      defaultValue = "${env:CONNECTOME_NETWORKS_PATH:-}",
      paramLabel = "PATH",
      description =
          "jars, or folders of jars, with your own networks, separated by the system's path"
              + " separator (CONNECTOME_NETWORKS_PATH)")
  private String networksPath = "";

  @Option(
      names = "--checkpoint-dir",
      required = true,
      defaultValue = "${env:CONNECTOME_CHECKPOINT_DIR}",
      paramLabel = "DIR",
      description = "where the run's checkpoints are (CONNECTOME_CHECKPOINT_DIR)")
  private Path checkpointDirectory = Path.of("");

  @Option(
      names = "--outcome-file",
      defaultValue = "${env:CONNECTOME_OUTCOME_FILE:-}",
      paramLabel = "FILE",
      description = "a file to write the outcome to, as JSON (CONNECTOME_OUTCOME_FILE)")
  private String outcomeFile = "";

  @Option(
      names = "--control-host",
      defaultValue = "${env:CONNECTOME_CONTROL_HOST:-127.0.0.1}",
      paramLabel = "ADDRESS",
      description = "the address to listen on for stop commands (CONNECTOME_CONTROL_HOST)")
  private String controlHost = "";

  @Option(
      names = "--control-port",
      defaultValue = "${env:CONNECTOME_CONTROL_PORT:-0}",
      paramLabel = "PORT",
      description =
          "the port to listen on for stop commands; 0 for any free port (CONNECTOME_CONTROL_PORT)")
  private int controlPort;

  @Option(
      names = "--metrics-port",
      defaultValue = "${env:CONNECTOME_METRICS_PORT:--1}",
      paramLabel = "PORT",
      description =
          "the port for Prometheus metrics, /metrics, at the address of --control-host; 0 for any"
              + " free port, -1 for none (CONNECTOME_METRICS_PORT)")
  private int metricsPort;

  @Option(
      names = "--registration-patience",
      defaultValue = "${env:CONNECTOME_REGISTRATION_PATIENCE:-PT5M}",
      paramLabel = "DURATION",
      description =
          "how long to retry while the controller is unreachable, for example PT5M"
              + " (CONNECTOME_REGISTRATION_PATIENCE)")
  private Duration registrationTimeout = Duration.ZERO;

  @Option(
      names = "--snapshot-buffer",
      defaultValue = "${env:CONNECTOME_SNAPSHOT_BUFFER:-16}",
      paramLabel = "N",
      description =
          "snapshots kept while the broker is unreachable, before the oldest is dropped"
              + " (CONNECTOME_SNAPSHOT_BUFFER)")
  private int snapshotBuffer;

  @Option(
      names = "--snapshot-buffer-mib",
      defaultValue = "${env:CONNECTOME_SNAPSHOT_BUFFER_MIB:-64}",
      paramLabel = "MIB",
      description =
          "limit of the snapshots kept, in MiB of activations; the newest is always kept"
              + " (CONNECTOME_SNAPSHOT_BUFFER_MIB)")
  private int snapshotBufferMib;

  public static void main(String[] arguments) {
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("java.awt.headless", "true");
    setUnlessSet("ai.djl.pytorch.num_threads", "1");
    setUnlessSet("ai.djl.pytorch.num_interop_threads", "1");
    setUnlessSet(
        "java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT.%1$tL %4$s %3$s %5$s%6$s%n");
    LESS_VERBOSE.forEach(logger -> logger.setLevel(Level.WARNING));
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  @Spec private CommandSpec commandLine = CommandSpec.create();

  @Override
  public Integer call() {
    checkPort("--control-port", controlPort, 0);
    checkPort("--metrics-port", metricsPort, -1);
    try (URLClassLoader networks = NetworksPath.open(networksPath)) {
      Thread.currentThread().setContextClassLoader(networks);
      return new TrainerProcess(settings()).run();
    } catch (UserException e) {
      throw new ParameterException(commandLine.commandLine(), e.problem());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TrainerSettings settings() {
    return new TrainerSettings(
        runUid,
        instanceId.isEmpty() ? UUID.randomUUID().toString() : instanceId,
        new PlatformSettings(
            controllerEndpoint,
            kafkaBootstrapServers,
            Map.of(),
            topicPrefix,
            controlHost,
            controlPort,
            new SnapshotPublisher.Buffer(
                Math.max(1, snapshotBuffer), (long) Math.max(1, snapshotBufferMib) << 20)),
        optionalPath(kafkaPropertiesFile),
        optionalPath(dataDirectory),
        device,
        checkpointDirectory,
        optionalPath(outcomeFile),
        metricsPort < 0 ? OptionalInt.empty() : OptionalInt.of(metricsPort),
        registrationTimeout);
  }

  private void checkPort(String option, int port, int min) {
    if (port < min || port > MAX_PORT) {
      throw new ParameterException(
          commandLine.commandLine(),
          "%s is %d: it must be from %d to %d".formatted(option, port, min, MAX_PORT));
    }
  }

  private static Optional<Path> optionalPath(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"trainer " + (version == null ? "(not packaged)" : version)};
    }
  }
}
