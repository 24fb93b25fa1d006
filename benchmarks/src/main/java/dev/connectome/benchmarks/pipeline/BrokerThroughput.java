package dev.connectome.benchmarks.pipeline;

import dev.connectome.benchmarks.harness.Progress;
import dev.connectome.benchmarks.harness.TopicReader;
import dev.connectome.benchmarks.pipeline.PipelineReport.Throughput;
import dev.connectome.cli.CommandFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.InterruptException;

/**
 * The upper limit for the service: the same producer publishes the same records to a topic of its
 * own, and a consumer discards them.
 */
final class BrokerThroughput {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Target target;
  private final PipelinePlan plan;
  private final Consumer<String> progress;

  BrokerThroughput(Target target, PipelinePlan plan, Consumer<String> progress) {
    this.target = target;
    this.plan = plan;
    this.progress = progress;
  }

  Throughput measure(Publisher publisher, PipelinePlan warmUp, PipelinePlan timed, int partitions) {
    String topic = target.topicPrefix() + "bench." + UUID.randomUUID();
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, target.bootstrapServers()))) {
      NewTopic scratch =
          new NewTopic(topic, partitions, (short) 1).configs(Map.of("retention.ms", "3600000"));
      admin.createTopics(List.of(scratch)).all().get();
      try {
        pass(publisher, topic, warmUp);
        return pass(publisher, topic, timed);
      } finally {
        admin.deleteTopics(List.of(topic)).all().get();
      }
    } catch (ExecutionException e) {
      throw CommandFailure.failed(
          "the topic %s for measuring the broker cannot be used: %s"
              .formatted(topic, e.getCause() == null ? e : e.getCause().getMessage()),
          e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private Throughput pass(Publisher publisher, String topic, PipelinePlan pass) {
    List<SyntheticRun> runs = SyntheticRun.create(plan.runs(), 0);
    int snapshots = plan.runs() * pass.epochs();
    long expected = (long) snapshots * plan.batches();
    try (TopicReader reader = new TopicReader(target.bootstrapServers(), topic)) {
      Progress read = new Progress(progress, "batches", 0, (int) expected);
      long start = System.nanoTime();
      Publisher.Publication publication = publisher.publish(topic, runs, pass);
      int count = 0;
      while (count < expected) {
        count += reader.poll(POLL).count();
        publication.isDone();
        read.update(count);
      }
      return Throughput.of(snapshots, plan.snapshotBytes(), System.nanoTime() - start);
    }
  }
}
