package dev.connectome.signature.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.signature.fixture.TestSettings;
import dev.connectome.signature.settings.KafkaSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicProvisionerTest {

  @TempDir static Path directory;

  private static TestBroker broker;
  private static Admin admin;

  @BeforeAll
  static void start() throws Exception {
    broker = TestBroker.start(directory);
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  @AfterAll
  static void stop() {
    admin.close();
    broker.close();
  }

  @Test
  void missingTopicsAreCreatedAndARepetitionChangesNothing() throws Exception {
    assertThat(provision("fresh.", 4)).isEmpty();
    assertThat(provision("fresh.", 4)).isEmpty();

    ConfigResource activations =
        new ConfigResource(ConfigResource.Type.TOPIC, "fresh.activations.v1");
    var config = admin.describeConfigs(List.of(activations)).all().get().get(activations);
    assertThat(config.get(TopicConfig.RETENTION_BYTES_CONFIG).value()).isEqualTo("536870912");
    assertThat(config.get(TopicConfig.RETENTION_MS_CONFIG).value()).isEqualTo("86400000");
    assertThat(config.get(TopicConfig.COMPRESSION_TYPE_CONFIG).value()).isEqualTo("producer");
  }

  @Test
  void anotherNumberOfPartitionsIsAMismatch() throws Exception {
    provision("other.", 2);

    assertThat(provision("other.", 4))
        .hasSize(3)
        .first()
        .asString()
        .isEqualTo(
            "topic other.activations.v1 has 2 partitions; set connectome.kafka.partitions to it,"
                + " or create the topic with 4");
  }

  @Test
  void aTopicThatLosesRecordsOrCannotHoldThemIsAMismatch() throws Exception {
    admin
        .createTopics(
            List.of(
                new NewTopic("bad.activations.v1", 4, (short) 1)
                    .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, "compact")),
                new NewTopic("bad.dead-letters.v1", 4, (short) 1)))
        .all()
        .get();

    assertThat(provision("bad.", 4))
        .anyMatch(sentence -> sentence.contains("bad.activations.v1 has cleanup.policy=compact"))
        .anyMatch(
            sentence -> sentence.contains("bad.dead-letters.v1 has max.message.bytes=1048588"))
        .hasSize(2);
  }

  /** Repeats as the service does: a topic that was just created may not be known yet. */
  private static List<String> provision(String prefix, int partitions) {
    KafkaSettings settings =
        TestSettings.of(
                Map.of(
                    "connectome.kafka.topic-prefix",
                    prefix,
                    "connectome.kafka.partitions",
                    Integer.toString(partitions),
                    "connectome.streams.state-dir",
                    "unused"))
            .kafka();
    TopicProvisioner provisioner = new TopicProvisioner(new TopicPlan(settings));
    return Awaitility.await()
        .ignoreExceptions()
        .until(() -> provisioner.provision(admin), mismatches -> true);
  }
}
