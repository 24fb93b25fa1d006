package dev.connectome.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.trainer.probe.ActivationSnapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real broker. */
class SnapshotPublisherTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir static Path directory;
  private static TestBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = TestBroker.start(directory);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static ActivationSnapshot snapshot(int epoch, int samples, int neurons) {
    var values = new float[samples * neurons];
    for (int i = 0; i < values.length; i++) {
      values[i] = epoch + i / 1000f;
    }
    return new ActivationSnapshot(
        epoch,
        samples,
        List.of(
            new ActivationSnapshot.Layer("dense1", neurons - 1),
            new ActivationSnapshot.Layer("dense2", 1)),
        values,
        Instant.ofEpochSecond(1_000, 5),
        Map.of("trainLoss", 0.5));
  }

  @Test
  void aPublisherThatEndedEarlyIsNotComplete() throws Exception {
    try (var publisher =
        new SnapshotPublisher(
            "no-such-broker.invalid:9092",
            Map.of(),
            "topic",
            "run",
            1,
            new SnapshotPublisher.Buffer(2, 1 << 20))) {
      publisher.publish(snapshot(1, 4, 3));
      publisher.close();

      assertThat(publisher.end(1, LONG)).isFalse();
    }
  }

  private static List<ActivationRecord> read(String topic, int count) throws Exception {
    List<ActivationRecord> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      var partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = System.nanoTime() + LONG.toNanos();
      while (records.size() < count && System.nanoTime() < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("run");
          records.add(ActivationRecord.parseFrom(record.value()));
        }
      }
    }
    return records;
  }

  private static SnapshotPublisher publisher(String topic, int capacity) {
    return publisher(topic, new SnapshotPublisher.Buffer(capacity, Long.MAX_VALUE));
  }

  private static SnapshotPublisher publisher(String topic, SnapshotPublisher.Buffer buffer) {
    return new SnapshotPublisher(broker.bootstrapServers(), Map.of(), topic, "run", 2, buffer);
  }

  @Test
  void splitsASnapshotIntoBatchesOfRows() throws Exception {
    broker.createTopic("blocks");
    ActivationSnapshot snapshot = snapshot(4, 1_000, 600);
    try (SnapshotPublisher publisher = publisher("blocks", 4)) {
      publisher.publish(snapshot);
      assertThat(publisher.end(4, LONG)).isTrue();
    }

    List<ActivationRecord> records = read("blocks", 4);

    assertThat(records).hasSize(4);
    int next = 0;
    for (ActivationRecord record : records.subList(0, 3)) {
      ActivationBatch batch = record.getBatch();
      assertThat(batch.getValues().size()).isLessThanOrEqualTo(900 * 1024);
      assertThat(batch.getFirstSample()).isEqualTo(next);
      assertThat(batch.getBatchCount()).isEqualTo(3);
      assertThat(batch.getSnapshotSamples()).isEqualTo(1_000);
      assertThat(batch.getLayersList()).extracting("neurons").containsExactly(599, 1);
      assertThat(batch.getMetricsMap()).containsEntry("trainLoss", 0.5);
      ByteBuffer values = batch.getValues().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      assertThat(values.getFloat(4)).isEqualTo(4 + (next * 600 + 1) / 1000f);
      next += batch.getSampleCount();
    }
    assertThat(next).isEqualTo(1_000);
    assertThat(records.get(3).getEndOfAttempt().getFinalEpoch()).isEqualTo(4);
    assertThat(records.get(3).getEndOfAttempt().getAttempt()).isEqualTo(2);
  }

  @Test
  void eachBatchHasThePredictedClassesOfItsRows() throws Exception {
    broker.createTopic("classes");
    int[] classes = IntStream.range(0, 100_000).map(row -> Integer.MAX_VALUE - row % 7).toArray();
    try (SnapshotPublisher publisher = publisher("classes", 4)) {
      publisher.publish(snapshot(1, 100_000, 2).withPredictedClasses(classes));
      assertThat(publisher.end(1, LONG)).isTrue();
    }

    List<ActivationRecord> records = read("classes", 3);

    assertThat(records).hasSize(3);
    for (ActivationRecord record : records.subList(0, 2)) {
      ActivationBatch batch = record.getBatch();
      assertThat(record.getSerializedSize()).isLessThan(1 << 20);
      assertThat(batch.getPredictedClassesList())
          .containsExactlyElementsOf(
              Arrays.stream(classes)
                  .skip(batch.getFirstSample())
                  .limit(batch.getSampleCount())
                  .boxed()
                  .toList());
    }
  }

  @Test
  void asManyClassesAsSamplesAreAccepted() {
    assertThatThrownBy(() -> snapshot(1, 10, 4).withPredictedClasses(1, 2))
        .hasMessage("10 samples have as many predicted classes, not 2");
    assertThatThrownBy(() -> snapshot(1, 2, 4).withPredictedClasses(1, -1))
        .hasMessage("a predicted class is 0 or more, not -1");
  }

  @Test
  void keepsTheNewestSnapshotsUntilTheTopicExists() throws Exception {
    try (SnapshotPublisher publisher = publisher("late", 3)) {
      for (int epoch = 1; epoch <= 10; epoch++) {
        publisher.publish(snapshot(epoch, 10, 4));
      }
      // One is being sent; it is dropped as soon as that fails.
      await().atMost(LONG).until(() -> publisher.droppedSnapshots() == 7);
      broker.createTopic("late");
      assertThat(publisher.end(10, LONG)).isTrue();
      assertThat(publisher.droppedSnapshots()).isEqualTo(7);
    }

    assertThat(read("late", 4))
        .extracting(record -> record.getBatch().getEpoch())
        .containsExactly(8, 9, 10, 0);
  }

  @Test
  void limitsTheBytesButAlwaysKeepsTheNewestSnapshot() throws Exception {
    var twoSmall = new SnapshotPublisher.Buffer(100, 2 * 10 * 4 * Float.BYTES);
    try (SnapshotPublisher publisher = publisher("narrow", twoSmall)) {
      for (int epoch = 1; epoch <= 6; epoch++) {
        publisher.publish(snapshot(epoch, 10, 4));
      }
      await().atMost(LONG).until(() -> publisher.droppedSnapshots() == 4);
      publisher.publish(snapshot(7, 100, 4));
      await().atMost(LONG).until(() -> publisher.droppedSnapshots() == 6);
      broker.createTopic("narrow");
      assertThat(publisher.end(7, LONG)).isTrue();
    }

    assertThat(read("narrow", 2))
        .extracting(record -> record.getBatch().getEpoch())
        .containsExactly(7, 0);
  }

  @Test
  void publishesWaitingSnapshotsWhenTheBrokerIsBack() throws Exception {
    broker.createTopic("back");
    try (SnapshotPublisher publisher = publisher("back", 8)) {
      publisher.publish(snapshot(1, 10, 4));
      assertThat(read("back", 1)).hasSize(1);
      broker.stop();
      publisher.publish(snapshot(2, 10, 4));
      publisher.publish(snapshot(3, 10, 4));
      broker.start();
      assertThat(publisher.end(3, LONG)).isTrue();
      assertThat(publisher.droppedSnapshots()).isZero();
    }

    assertThat(read("back", 4))
        .extracting(record -> record.getBatch().getEpoch())
        .contains(1, 2, 3)
        .endsWith(0);
  }

  @Test
  void endWaitsNoLongerThanItsTimeout() throws Exception {
    try (SnapshotPublisher publisher = publisher("never-there", 2)) {
      publisher.publish(snapshot(1, 10, 4));

      assertThat(publisher.end(1, Duration.ofMillis(300))).isFalse();
    }
  }
}
