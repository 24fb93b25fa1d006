package dev.connectome.signature.topics;

import static java.util.Objects.requireNonNull;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jboss.logging.Logger;

/** Creates missing topics and checks existing ones. */
public final class TopicProvisioner {

  private static final Logger LOG = Logger.getLogger(TopicProvisioner.class);

  private final TopicPlan plan;

  public TopicProvisioner(TopicPlan plan) {
    this.plan = plan;
  }

  /**
   * Creates and checks the topics; idempotent, also across instances.
   *
   * @return what must be changed by hand, in sentences; empty if the topics can be used
   * @throws ExecutionException if the broker cannot be reached, refuses, or does not know a topic
   *     yet that was just created
   * @throws InterruptedException if the thread is interrupted while waiting
   */
  public List<String> provision(Admin admin) throws ExecutionException, InterruptedException {
    create(admin, admin.listTopics().names().get());
    List<String> names = plan.topics().stream().map(NewTopic::name).toList();
    DescribeTopicsResult topics = admin.describeTopics(names);
    DescribeConfigsResult configs =
        admin.describeConfigs(names.stream().map(TopicProvisioner::resource).toList());
    return plan.mismatches(
        find(plan.names().activations(), topics, configs),
        find(plan.names().signatures(), topics, configs),
        find(plan.names().deadLetters(), topics, configs));
  }

  private void create(Admin admin, Set<String> existing)
      throws ExecutionException, InterruptedException {
    List<NewTopic> missing =
        plan.topics().stream().filter(topic -> !existing.contains(topic.name())).toList();
    Map<String, KafkaFuture<Void>> created = admin.createTopics(missing).values();
    for (NewTopic topic : missing) {
      try {
        requireNonNull(created.get(topic.name())).get();
        LOG.infof(
            "topic created topic=%s partitions=%d replicationFactor=%d",
            topic.name(), topic.numPartitions(), topic.replicationFactor());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
  }

  /** Fails if the broker does not know the topic yet, as happens right after its creation. */
  private static ExistingTopic find(
      String name, DescribeTopicsResult topics, DescribeConfigsResult configs)
      throws ExecutionException, InterruptedException {
    Config config = requireNonNull(configs.values().get(resource(name))).get();
    return new ExistingTopic(
        name,
        requireNonNull(topics.topicNameValues().get(name)).get().partitions().size(),
        config.get(CLEANUP_POLICY_CONFIG).value(),
        Integer.parseInt(config.get(MAX_MESSAGE_BYTES_CONFIG).value()));
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }
}
