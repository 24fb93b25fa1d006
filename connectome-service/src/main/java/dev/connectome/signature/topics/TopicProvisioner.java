package dev.connectome.signature.topics;

import static java.util.Objects.requireNonNull;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
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
   * @throws ExecutionException if the broker cannot be reached or refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public List<String> provision(Admin admin) throws ExecutionException, InterruptedException {
    Set<String> existing = admin.listTopics().names().get();
    for (NewTopic topic : plan.topics()) {
      if (!existing.contains(topic.name())) {
        create(admin, topic);
      }
    }
    return plan.mismatches(find(admin));
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

  private Map<String, FoundTopic> find(Admin admin)
      throws ExecutionException, InterruptedException {
    Map<String, FoundTopic> found = new HashMap<>();
    for (NewTopic planned : plan.topics()) {
      String name = planned.name();
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
      try {
        int partitions =
            requireNonNull(admin.describeTopics(List.of(name)).topicNameValues().get(name))
                .get()
                .partitions()
                .size();
        Config config =
            requireNonNull(admin.describeConfigs(List.of(resource)).values().get(resource)).get();
        found.put(
            name,
            new FoundTopic(
                name,
                partitions,
                config.get(CLEANUP_POLICY_CONFIG).value(),
                Integer.parseInt(config.get(MAX_MESSAGE_BYTES_CONFIG).value())));
      } catch (ExecutionException e) {
        // Right after its creation a topic may not be known to every broker; the next check finds
        // it.
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    return found;
  }
}
