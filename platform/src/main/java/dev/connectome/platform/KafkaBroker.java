package dev.connectome.platform;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real Kafka broker with its own controller (KRaft) in this process. The only class that knows
 * Kafka's server classes, which are public but not a supported interface.
 */
final class KafkaBroker implements AutoCloseable {
  private static final int NODE = 1;

  private final KafkaRaftServer server;
  private final int port;

  private KafkaBroker(KafkaRaftServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * Starts a broker on 127.0.0.1; topics of an earlier one on the same directory are there again.
   *
   * @param directory its log directory; formatted if it is not yet
   * @param port for clients
   * @param controllerPort for the broker itself
   * @return the broker, which accepts requests
   * @throws Exception if it cannot be formatted or started
   */
  static KafkaBroker start(Path directory, int port, int controllerPort) throws Exception {
    if (!Files.exists(directory.resolve("meta.properties"))) {
      format(directory);
    }
    KafkaRaftServer server =
        new KafkaRaftServer(
            new KafkaConfig(settings(directory, port, controllerPort), false), Time.SYSTEM);
    server.startup();
    return new KafkaBroker(server, port);
  }

  private static void format(Path directory) throws Exception {
    Files.createDirectories(directory);
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(NODE)
        .setClusterId(Uuid.randomUuid().toString())
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(directory.toString())
        .addDirectory(directory.toString())
        .run();
  }

  private static Map<String, String> settings(Path directory, int port, int controllerPort) {
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE));
    settings.put("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort);
    settings.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("log.dirs", directory.toString());
    settings.put("auto.create.topics.enable", "false");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "3");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "3");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("log.retention.hours", "24");
    settings.put("log.retention.bytes", Long.toString(512L << 20));
    settings.put("log.segment.bytes", Long.toString(64L << 20));
    // Small where the defaults are made for a machine of its own.
    settings.put("log.cleaner.dedupe.buffer.size", Long.toString(4L << 20));
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "2");
    settings.put("background.threads", "2");
    // Sized by the operating system: through the small ones that are the default, a snapshot goes
    // in many steps, each of which wakes a thread and takes a training off its processor.
    settings.put("socket.receive.buffer.bytes", "-1");
    settings.put("socket.send.buffer.bytes", "-1");
    // There is no other broker that could take the leadership over.
    settings.put("controlled.shutdown.enable", "false");
    return settings;
  }

  String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
