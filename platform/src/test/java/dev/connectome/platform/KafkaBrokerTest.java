package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.platform.fixture.FreePort;
import dev.connectome.platform.fixture.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaBrokerTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir Path directory;

  @Test
  void topicsAndRecordsAreKeptOverARestart() throws Exception {
    try (TestBroker broker = TestBroker.start(directory)) {
      broker.createTopic("kept");
      send(broker, "before");
      broker.stop();

      broker.start();
      send(broker, "after");

      assertThat(read(broker, 2)).containsExactly("before", "after");
    }
  }

  @Test
  void overridesReplaceAndExtendTheBuiltInProperties() throws Exception {
    var ports = new KafkaBroker.Ports(FreePort.find(), FreePort.find());
    var overrides = Map.of("log.retention.hours", "2", "message.max.bytes", "123456");
    try (KafkaBroker broker = KafkaBroker.start(directory, ports, overrides);
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      var node = new ConfigResource(ConfigResource.Type.BROKER, "1");
      var config = admin.describeConfigs(List.of(node)).all().get().get(node);

      assertThat(config.get("log.retention.hours").value()).isEqualTo("2");
      assertThat(config.get("message.max.bytes").value()).isEqualTo("123456");
      assertThat(config.get("auto.create.topics.enable").value()).isEqualTo("false");
    }
  }

  private static void send(TestBroker broker, String value) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      var unused =
          producer
              .send(new ProducerRecord<>("kept", value))
              .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static List<String> read(TestBroker broker, int count) {
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      var partition = new TopicPartition("kept", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<String> values = new ArrayList<>();
      long deadline = System.nanoTime() + TIMEOUT.toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
          values.add(record.value());
        }
      }
      return values;
    }
  }
}
