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
 * What each topic is to be like. Topics that exist may differ in what only costs disk space, but
 * not in what the guarantees rest on.
 */
public final class TopicPlan {

  /** The broker's own default, and what the contract's 900 KiB of values are made for. */
  static final int ACTIVATIONS_MAX_MESSAGE_BYTES = 1_048_588;

  /** A dead letter is as large as the record it was, and has headers besides. */
  static final int DEAD_LETTERS_MAX_MESSAGE_BYTES = 2 * 1_048_588;

  private static final int LEAST_MESSAGE_BYTES = 1_000_000;

  private final TopicNames names;
  private final KafkaSettings settings;

  /**
   * Plans the topics.
   *
   * @param settings prefix, partitions, replicas, retention
   */
  public TopicPlan(KafkaSettings settings) {
    this.names = TopicNames.withPrefix(settings.topicPrefix());
    this.settings = settings;
  }

  /**
   * The names of the topics.
   *
   * @return the names
   */
  public TopicNames names() {
    return names;
  }

  /**
   * The topics as they are created where they are missing.
   *
   * @return one description a topic
   */
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

  /**
   * Compares topics that exist with the plan.
   *
   * @param activations the activations topic
   * @param signatures the signatures topic
   * @param deadLetters the dead-letters topic
   * @return what must be mended before the service can keep its promises, each as a sentence with
   *     its remedy; empty if all is well
   */
  List<String> mismatches(ExistingTopic activations, ExistingTopic signatures, ExistingTopic deadLetters) {
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
    if (activations.maxMessageBytes() < LEAST_MESSAGE_BYTES
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
