package dev.connectome.signature.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.signature.assembly.Retention;
import dev.connectome.signature.codec.ActivationDecoder;
import dev.connectome.signature.codec.RecordLimits;
import dev.connectome.signature.compute.MemoryBudget;
import dev.connectome.signature.compute.SignatureEngine;
import dev.connectome.signature.fixture.TestSnapshot;
import dev.connectome.signature.metrics.PipelineMeters;
import dev.connectome.signature.topics.TopicNames;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;

/** The whole topology without a broker: records in, records out, stores to be looked into. */
final class TopologyHarness implements AutoCloseable {

  static final TopicNames TOPICS = TopicNames.withPrefix("test.");

  private static final RecordLimits LIMITS =
      new RecordLimits(1024, 10_000, 64L << 20, 64, 1000, 16);
  private static final Retention RETENTION =
      new Retention(Duration.ofHours(6), Duration.ofDays(7), Duration.ofMinutes(1));
  private static final MemoryBudget MEMORY = new MemoryBudget(64 << 20, 64 << 20);
  private static final long CACHE_BYTES = 1 << 20;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final TopologyTestDriver driver;
  private final TestInputTopic<byte[], byte[]> activations;
  private final TestOutputTopic<byte[], byte[]> signatures;
  private final TestOutputTopic<byte[], byte[]> deadLetters;

  TopologyHarness(Path stateDir) {
    this(stateDir, MEMORY, CACHE_BYTES);
  }

  TopologyHarness(Path stateDir, MemoryBudget memory, long cacheBytes) {
    this(stateDir, memory, memory, cacheBytes);
  }

  /** Admits snapshots for the memory of one time, and restores connectomes in that of another. */
  TopologyHarness(Path stateDir, MemoryBudget admitting, MemoryBudget restoring, long cacheBytes) {
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    driver =
        new TopologyTestDriver(
            SignatureStreams.topology(
                TOPICS,
                new ActivationDecoder(LIMITS, admitting),
                RETENTION,
                new SignatureEngine(restoring, System::nanoTime),
                new PipelineMeters(meters),
                cacheBytes),
            config);
    activations =
        driver.createInputTopic(
            TOPICS.activations(), new ByteArraySerializer(), new ByteArraySerializer());
    signatures =
        driver.createOutputTopic(
            TOPICS.signatures(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    deadLetters =
        driver.createOutputTopic(
            TOPICS.deadLetters(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  void publish(UUID run, List<ActivationRecord> records) {
    for (ActivationRecord record : records) {
      publishBytes(TestSnapshot.key(run), record.toByteArray());
    }
  }

  void publishBytes(byte[] key, byte[] value) {
    activations.pipeInput(key, value);
  }

  void publish(UUID run, ActivationRecord record, Headers headers) {
    activations.pipeInput(new TestRecord<>(TestSnapshot.key(run), record.toByteArray(), headers));
  }

  void publish(TestRecord<byte[], byte[]> record) {
    activations.pipeInput(record);
  }

  /** The headers of the next signature record. */
  Headers readSignatureHeaders() {
    return signatures.readRecord().headers();
  }

  void advance(Duration time) {
    driver.advanceWallClockTime(time);
  }

  /** The signature records since the last call, each under its run's key. */
  List<SignatureRecord> readSignatures() throws InvalidProtocolBufferException {
    List<SignatureRecord> parsed = new ArrayList<>();
    for (TestRecord<byte[], byte[]> record : signatures.readRecordsToList()) {
      SignatureRecord signature = SignatureRecord.parseFrom(record.value());
      assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo(signature.getRunUid());
      parsed.add(signature);
    }
    return parsed;
  }

  List<TestRecord<byte[], byte[]>> readDeadLetters() {
    return deadLetters.readRecordsToList();
  }

  /** How many keys a store holds. */
  int storedKeys(String store) {
    KeyValueStore<?, ?> keys = driver.getKeyValueStore(store);
    int count = 0;
    try (KeyValueIterator<?, ?> all = keys.all()) {
      while (all.hasNext()) {
        all.next();
        count++;
      }
    }
    return count;
  }

  /** Deletes what a store holds, as a disk may. */
  void lose(String store) {
    KeyValueStore<Object, Object> keys = driver.getKeyValueStore(store);
    List<Object> all = new ArrayList<>();
    try (KeyValueIterator<Object, Object> entries = keys.all()) {
      entries.forEachRemaining(entry -> all.add(entry.key));
    }
    all.forEach(keys::delete);
  }

  double count(String meter, String tag, String value) {
    return meters.get(meter).tag(tag, value).counter().count();
  }

  /** What a timer has measured. */
  Timer timer(String name) {
    return meters.get(name).timer();
  }

  @Override
  public void close() {
    driver.close();
  }
}
