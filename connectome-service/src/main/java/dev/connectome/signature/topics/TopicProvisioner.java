package dev.connectome.signature.topics;

import static java.util.Objects.requireNonNull;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jboss.logging.Logger;

/** Creates the topics that are missing and checks those that exist. */
public final class TopicProvisioner {

  private static final Logger LOG = Logger.getLogger(TopicProvisioner.class);

  private final TopicPlan plan;

  /**
   * Provisions by a plan.
   *
   * @param plan what the topics are to be like
   */
  public TopicProvisioner(TopicPlan plan) {
    this.plan = plan;
  }

  /**
   * Creates and checks the topics. Harmless to repeat, also from several instances at once.
   *
   * @param admin a client of the broker
   * @return what must be mended by hand, in sentences; empty if the topics can be used
   * @throws ExecutionException if the broker cannot be reached, refuses, or does not know yet a
   *     topic that was just created
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public List<String> provision(Admin admin) throws ExecutionException, InterruptedException {
    Set<String> existing = admin.listTopics().names().get();
    for (NewTopic topic : plan.topics()) {
      if (!existing.contains(topic.name())) {
        create(admin, topic);
      }
    }
    return plan.mismatches(
        find(admin, plan.names().activations()),
        find(admin, plan.names().signatures()),
        find(admin, plan.names().deadLetters()));
  }

  private static void create(Admin admin, NewTopic topic)
      throws ExecutionException, InterruptedException {
    try {
      admin.createTopics(List.of(topic)).all().get();
      LOG.infof(
          "topic created topic=%s partitions=%d replicationFactor=%d",
          topic.name(), topic.numPartitions(), topic.replicationFactor());
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  /** Fails if the topic is not known yet, as it may be right after its creation. */
  private static FoundTopic find(Admin admin, String name)
      throws ExecutionException, InterruptedException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    int partitions =
        requireNonNull(admin.describeTopics(List.of(name)).topicNameValues().get(name))
            .get()
            .partitions()
            .size();
    Config config =
        requireNonNull(admin.describeConfigs(List.of(resource)).values().get(resource)).get();
    return new FoundTopic(
        name,
        partitions,
        config.get(CLEANUP_POLICY_CONFIG).value(),
        Integer.parseInt(config.get(MAX_MESSAGE_BYTES_CONFIG).value()));
  }
}
