package dev.connectome.controller.notification;

import dev.connectome.controller.run.Notice;
import dev.connectome.controller.store.DeliveryRow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A topic with a record for each notification, keyed by the run, so that one partition has all of a
 * run in order. It is made with the broker's defaults if it is missing. Clients are opened when
 * they are first needed, so that a broker that is away keeps nothing from starting.
 */
final class Topic implements Endpoint {

  static final String NAME = "kafka";

  private static final int MOST_MILLIS = 10_000;

  private final String topic;
  private final Map<String, Object> properties;
  private @Nullable Producer<String, String> producer;

  /**
   * @param connection how Kafka clients connect
   */
  Topic(String topic, Map<String, Object> connection) {
    this.topic = topic;
    properties = new HashMap<>(connection);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MOST_MILLIS);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, MOST_MILLIS / 2);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, MOST_MILLIS);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean wants(Notice notice) {
    return true;
  }

  @Override
  public Answer send(DeliveryRow delivery) throws InterruptedException {
    try {
      var record =
          new ProducerRecord<>(
              topic,
              null,
              delivery.orderKey(),
              delivery.event(),
              List.of(
                  new RecordHeader(
                      "content-type", CloudEvents.CONTENT_TYPE.getBytes(StandardCharsets.UTF_8))));
      open().send(record).get(2L * MOST_MILLIS, TimeUnit.MILLISECONDS);
      return Answer.TAKEN;
    } catch (ExecutionException e) {
      boolean thisOne =
          e.getCause() instanceof RecordTooLargeException
              || e.getCause() instanceof SerializationException;
      String cause = String.valueOf(e.getCause());
      return thisOne ? new Answer(Result.REFUSED, cause) : Answer.away(cause);
    } catch (TimeoutException | KafkaException e) {
      return Answer.away(e.toString());
    }
  }

  private Producer<String, String> open() throws InterruptedException, ExecutionException {
    if (producer == null) {
      create();
      producer = new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    }
    return producer;
  }

  private void create() throws InterruptedException, ExecutionException {
    Map<String, Object> connection = new HashMap<>(properties);
    connection.keySet().retainAll(AdminClientConfig.configNames());
    connection.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, MOST_MILLIS);
    try (Admin admin = Admin.create(connection)) {
      if (!admin.listTopics().names().get().contains(topic)) {
        admin
            .createTopics(List.of(new NewTopic(topic, Optional.empty(), Optional.empty())))
            .all()
            .get();
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.close(Duration.ZERO);
    }
  }
}
