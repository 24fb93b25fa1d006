package dev.connectome.trainer.publish;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A real broker in this process, whose topics last from one start to the next. */
public final class TestBroker implements AutoCloseable {

  private final Properties properties;
  private KafkaRaftServer server;

  /**
   * Makes a broker and starts it.
   *
   * @param directory where it keeps its topics
   */
  public TestBroker(Path directory) throws Exception {
    int port = freePort();
    int controllerPort = freePort();
    properties = new Properties();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("log.dirs", directory.toString());
    properties.put(
        "listeners",
        "CLIENT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
    properties.put("advertised.listeners", "CLIENT://127.0.0.1:" + port);
    properties.put("inter.broker.listener.name", "CLIENT");
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("auto.create.topics.enable", "false");
    new Formatter()
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .setDirectories(List.of(directory.toString()))
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(directory.toString())
        .run();
    start();
  }

  /** Starts it again. */
  public void start() {
    server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    server.startup();
  }

  /** Stops it. */
  public void stop() {
    server.shutdown();
    server.awaitShutdown();
  }

  /** Where it is, or was. */
  public String bootstrapServers() {
    return properties.getProperty("advertised.listeners").replace("CLIENT://", "");
  }

  /** Creates a topic of one partition. */
  public void createTopic(String name) throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(java.util.Map.of("bootstrap.servers", bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
    }
  }

  @Override
  public void close() {
    stop();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
