package dev.connectome.signature.topics;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_DELETE;
import static org.apache.kafka.common.config.TopicConfig.COMPRESSION_TYPE_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;

import dev.connectome.signature.settings.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * The required configuration of each topic. Existing topics may differ in retention, but not in
 * what delivery guarantees depend on.
 */
public final class TopicPlan {

  /** The broker's default; the contract's 900 KiB of values fit into it. */
  static final int ACTIVATIONS_MAX_MESSAGE_BYTES = 1_048_588;

  /** A dead letter is the original record with additional headers. */
  static final int DEAD_LETTERS_MAX_MESSAGE_BYTES = 2 * 1_048_588;

  private static final int MIN_MESSAGE_BYTES = 1_000_000;

  private final TopicNames names;
  private final KafkaSettings settings;

  public TopicPlan(KafkaSettings settings) {
    this.names = TopicNames.withPrefix(settings.topicPrefix());
    this.settings = settings;
  }

  public TopicNames names() {
    return names;
  }

  /** The topics as they are created if missing. */
  List<NewTopic> topics() {
    return List.of(
        topic(
            names.activations(),
            settings.activationsRetention(),
            settings.activationsRetentionBytes(),
            ACTIVATIONS_MAX_MESSAGE_BYTES),
        topic(
            names.signatures(),
            settings.signaturesRetention(),
            settings.signaturesRetentionBytes(),
            ACTIVATIONS_MAX_MESSAGE_BYTES),
        topic(
            names.deadLetters(),
            settings.deadLettersRetention(),
            settings.deadLettersRetentionBytes(),
            DEAD_LETTERS_MAX_MESSAGE_BYTES));
  }

  /** What must be changed before the topics can be used, each a sentence with its remedy. */
  List<String> mismatches(
      ExistingTopic activations, ExistingTopic signatures, ExistingTopic deadLetters) {
    List<String> mismatches = new ArrayList<>();
    for (ExistingTopic topic : List.of(activations, signatures, deadLetters)) {
      if (topic.partitions() != settings.partitions()) {
        mismatches.add(
            "topic %s has %d partitions; set connectome.kafka.partitions to it, or create the topic with %d"
                .formatted(topic.name(), topic.partitions(), settings.partitions()));
      }
      if (!topic.cleanupPolicy().equals(CLEANUP_POLICY_DELETE)) {
        mismatches.add(
            "topic %s has cleanup.policy=%s, which loses records of a run; set it to delete"
                .formatted(topic.name(), topic.cleanupPolicy()));
      }
    }
    if (activations.maxMessageBytes() < MIN_MESSAGE_BYTES
        || activations.maxMessageBytes() > ACTIVATIONS_MAX_MESSAGE_BYTES) {
      mismatches.add(
          "topic %s has max.message.bytes=%d; set it to %d"
              .formatted(
                  activations.name(),
                  activations.maxMessageBytes(),
                  ACTIVATIONS_MAX_MESSAGE_BYTES));
    }
    if (deadLetters.maxMessageBytes() < DEAD_LETTERS_MAX_MESSAGE_BYTES) {
      mismatches.add(
          "topic %s has max.message.bytes=%d, too few for a record of %s with headers; set it to %d"
              .formatted(
                  deadLetters.name(),
                  deadLetters.maxMessageBytes(),
                  activations.name(),
                  DEAD_LETTERS_MAX_MESSAGE_BYTES));
    }
    return mismatches;
  }

  private NewTopic topic(String name, Duration retention, long retentionBytes, int messageBytes) {
    Map<String, String> config = new HashMap<>();
    config.put(CLEANUP_POLICY_CONFIG, CLEANUP_POLICY_DELETE);
    config.put(COMPRESSION_TYPE_CONFIG, "producer");
    config.put(RETENTION_MS_CONFIG, Long.toString(retention.toMillis()));
    config.put(RETENTION_BYTES_CONFIG, Long.toString(retentionBytes));
    config.put(MAX_MESSAGE_BYTES_CONFIG, Integer.toString(messageBytes));
    return new NewTopic(name, settings.partitions(), settings.replicationFactor()).configs(config);
  }
}
