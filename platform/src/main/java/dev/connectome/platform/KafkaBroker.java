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
 * A real Kafka broker with its own KRaft controller in this process, on 127.0.0.1. The only class
 * that knows Kafka's server classes, which are public but not a supported interface.
 */
public final class KafkaBroker implements AutoCloseable {
  private static final int NODE = 1;

  private final KafkaRaftServer server;
  private final Ports ports;

  private KafkaBroker(KafkaRaftServer server, Ports ports) {
    this.server = server;
    this.ports = ports;
  }

  /** The port that clients connect to, and the one the KRaft controller listens on. */
  public record Ports(int clients, int controller) {}

  /**
   * Starts a broker that accepts requests. Topics and records of an earlier broker on the same
   * directory are kept.
   *
   * @param directory the log directory; formatted if it is new
   * @param overrides server properties that are added to, or replace, the built-in ones
   * @throws Exception if the directory cannot be formatted or the broker does not start
   */
  public static KafkaBroker start(Path directory, Ports ports, Map<String, String> overrides)
      throws Exception {
    if (!Files.exists(directory.resolve("meta.properties"))) {
      format(directory);
    }
    Map<String, String> properties = properties(directory, ports);
    properties.putAll(overrides);
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    server.startup();
    return new KafkaBroker(server, ports);
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

  private static Map<String, String> properties(Path directory, Ports ports) {
    String clients = "PLAINTEXT://127.0.0.1:" + ports.clients();
    Map<String, String> properties = new HashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", Integer.toString(NODE));
    properties.put("controller.quorum.voters", NODE + "@127.0.0.1:" + ports.controller());
    properties.put("listeners", clients + ",CONTROLLER://127.0.0.1:" + ports.controller());
    properties.put("advertised.listeners", clients);
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("log.dirs", directory.toString());
    properties.put("auto.create.topics.enable", "false");
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("offsets.topic.num.partitions", "3");
    properties.put("transaction.state.log.replication.factor", "1");
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("transaction.state.log.num.partitions", "3");
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("log.retention.hours", "24");
    properties.put("log.retention.bytes", Long.toString(512L << 20));
    properties.put("log.segment.bytes", Long.toString(64L << 20));
    // Kafka's defaults assume a machine of its own.
    properties.put("log.cleaner.dedupe.buffer.size", Long.toString(4L << 20));
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "2");
    properties.put("background.threads", "2");
    // -1: sized by the operating system. Kafka's small default splits a snapshot into many reads,
    // and each wakes a thread that takes processor time from a training run.
    properties.put("socket.receive.buffer.bytes", "-1");
    properties.put("socket.send.buffer.bytes", "-1");
    // No other broker could take over the leadership.
    properties.put("controlled.shutdown.enable", "false");
    return properties;
  }

  public String bootstrapServers() {
    return "127.0.0.1:" + ports.clients();
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
