package dev.connectome.signature.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.platform.fixture.FreePort;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.signature.fixture.Brokers;
import dev.connectome.signature.fixture.ServiceProcess;
import dev.connectome.signature.fixture.Signatures;
import dev.connectome.signature.fixture.TestSnapshot;
import dev.connectome.signature.fixture.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults of the packaged service and of a real broker. After each fault the invariant is checked:
 * the snapshots with a record are exactly those that were completely published, whatever was
 * published of other attempts; each has one for a reader of committed records, with a signature
 * that equals the library's to the bit.
 *
 * <p>The short form of each fault runs by default, the long form with {@code -Pfaults}.
 */
class FaultsIT {

  private static final boolean LONG = Boolean.getBoolean("faults.long");
  private static final Duration TIMEOUT = Duration.ofMinutes(LONG ? 5 : 2);
  private static final String ACTIVATIONS = "connectome.activations.v1";
  private static final String SIGNATURES = "connectome.signatures.v1";
  private static final String DEAD_LETTERS = "connectome.dead-letters.v1";
  private static final int RUNS = LONG ? 24 : 8;
  private static final int EPOCHS = LONG ? 12 : 6;

  @TempDir static Path directory;
  private static int relayPort;
  private static TestBroker broker;
  private static Relay relay;

  private final List<ServiceProcess> services = new ArrayList<>();
  private Path state;
  private KafkaProducer<byte[], byte[]> producer;

  @BeforeAll
  static void startBroker() throws Exception {
    int listening = FreePort.find();
    relayPort = FreePort.find();
    broker = Brokers.startRelayed(directory.resolve("kafka"), listening, relayPort);
    relay = new Relay(relayPort, listening);
  }

  @AfterAll
  static void stopBroker() throws IOException {
    relay.close();
    broker.close();
  }

  @BeforeEach
  void start() throws IOException {
    state = Files.createTempDirectory(directory, "state");
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "delivery.timeout.ms",
                600_000,
                "compression.type",
                "gzip",
                "max.request.size",
                8 << 20,
                "reconnect.backoff.max.ms",
                500),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @AfterEach
  void stop() {
    producer.close(Duration.ofSeconds(5));
    services.forEach(ServiceProcess::close);
  }

  private ServiceProcess service(String instance) throws IOException {
    return service(instance, 0);
  }

  private ServiceProcess service(String instance, int standbyReplicas) throws IOException {
    ServiceProcess service =
        ServiceProcess.start(
            "127.0.0.1:" + relayPort,
            state.resolve(instance),
            Map.of(
                "connectome.streams.group-instance-id",
                instance,
                "connectome.streams.standby-replicas",
                Integer.toString(standbyReplicas),
                "connectome.streams.session-timeout",
                "PT6S"));
    services.add(service);
    return service;
  }

  @Test
  void theServiceIsKilledInTheMiddleOfSnapshots() throws Exception {
    int kills = LONG ? 10 : 3;
    service("one").awaitReady();
    Workload workload = Workload.random(101, RUNS, EPOCHS);
    Random random = new Random(101);
    try (TopicReader signatures = signatures()) {
      int begun = signatures.readToEnd().size();
      for (int kill = 0; kill < kills; kill++) {
        publish(workload, kill, kills);
        int share = workload.complete().size() / kills;
        int seen = begun + kill * share + random.nextInt(share / 2);
        signatures.readUntil(TIMEOUT, all -> all.size() >= seen);
        current().kill();
        service("one");
      }
      assertInvariant(workload, signatures);
    }
  }

  @Test
  void oneOfTwoInstancesIsKilled() throws Exception {
    service("one").awaitReady();
    Workload workload = Workload.random(102, RUNS, EPOCHS);
    service("two").awaitReady();
    try (TopicReader signatures = signatures()) {
      int begun = signatures.readToEnd().size();
      publish(workload, 0, 2);
      signatures.readUntil(TIMEOUT, all -> all.size() > begun + RUNS);

      services.get(0).kill();
      publish(workload, 1, 2);

      assertInvariant(workload, signatures);
    }
  }

  @Test
  void twoInstancesWithStandbyReplicasAreRestartedOneAfterTheOther() throws Exception {
    Workload workload = Workload.random(107, RUNS, EPOCHS);
    List<String> instances = List.of("one", "two");
    for (String instance : instances) {
      service(instance, 1);
    }
    services.forEach(ServiceProcess::awaitReady);
    try (TopicReader signatures = signatures()) {
      int begun = signatures.readToEnd().size();
      publish(workload, 0, 3);
      signatures.readUntil(TIMEOUT, all -> all.size() > begun + RUNS);

      for (int i = 0; i < instances.size(); i++) {
        assertThat(services.get(i).terminate(Duration.ofSeconds(20))).isTrue();
        publish(workload, i + 1, 3);
        service(instances.get(i), 1).awaitReady();
      }

      assertInvariant(workload, signatures);
    }
  }

  @Test
  void theBrokerIsRestarted() throws Exception {
    service("one").awaitReady();
    Workload workload = Workload.random(103, RUNS, EPOCHS);
    try (TopicReader signatures = signatures()) {
      int begun = signatures.readToEnd().size();
      publish(workload, 0, 2);
      signatures.readUntil(TIMEOUT, all -> all.size() > begun + RUNS);

      broker.stop();
      broker.start();
      publish(workload, 1, 2);

      assertInvariant(workload, signatures);
    }
  }

  @Test
  void theBrokerCannotBeReachedForAWhile() throws Exception {
    Duration away = Duration.ofSeconds(LONG ? 60 : 8);
    service("one").awaitReady();
    Workload workload = Workload.random(104, RUNS, EPOCHS);
    try (TopicReader signatures = signatures()) {
      int begun = signatures.readToEnd().size();
      publish(workload, 0, 2);
      signatures.readUntil(TIMEOUT, all -> all.size() > begun + RUNS);

      relay.cut();
      publish(workload, 1, 2);
      await().atMost(away.plusSeconds(30)).pollDelay(away).until(() -> true);
      relay.reconnect();

      assertInvariant(workload, signatures);
    }
  }

  @Test
  void malformedRecordsArriveAmongGoodOnes() throws Exception {
    int count = LONG ? 10_000 : 2_000;
    service("one").awaitReady();
    Workload workload = Workload.random(105, RUNS, EPOCHS);
    MalformedRecords malformed = new MalformedRecords(105);
    try (TopicReader signatures = signatures();
        TopicReader deadLetters = new TopicReader(broker.bootstrapServers(), DEAD_LETTERS)) {
      int before = deadLetters.readToEnd().size();
      int huge = 0;
      int parts = 20;
      for (int part = 0; part < parts; part++) {
        for (int i = 0; i < count / parts; i++) {
          producer.send(malformed.next(ACTIVATIONS));
        }
        if (part % 5 == 0) {
          producer.send(malformed.strange(ACTIVATIONS));
          producer.send(malformed.huge(ACTIVATIONS));
          huge++;
        }
        publish(workload, part, parts);
      }

      assertInvariant(workload, signatures);
      assertThat(deadLetters.readToEnd()).hasSize(before + count + huge);
    }
  }

  @Test
  void theLocalStateIsDeleted() throws Exception {
    service("one").awaitReady();
    Workload workload = Workload.random(106, RUNS, EPOCHS);
    try (TopicReader signatures = signatures()) {
      int begun = signatures.readToEnd().size();
      publish(workload, 0, 2);
      signatures.readUntil(TIMEOUT, all -> all.size() > begun + RUNS);

      current().kill();
      Utils.delete(state.resolve("one").toFile());
      service("one");
      publish(workload, 1, 2);

      assertInvariant(workload, signatures);
    }
  }

  private ServiceProcess current() {
    return services.get(services.size() - 1);
  }

  private static TopicReader signatures() {
    return new TopicReader(broker.bootstrapServers(), SIGNATURES);
  }

  /** Publishes one of several parts of nearly equal size. */
  private void publish(Workload workload, int part, int parts) {
    List<Workload.Sent> records = workload.records();
    int from = records.size() * part / parts;
    int to = records.size() * (part + 1) / parts;
    for (Workload.Sent sent : records.subList(from, to)) {
      producer.send(
          new ProducerRecord<>(
              ACTIVATIONS, TestSnapshot.key(sent.run()), sent.record().toByteArray()));
    }
    producer.flush();
  }

  private static void assertInvariant(Workload workload, TopicReader reader) throws Exception {
    await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(200)).until(FaultsIT::allIsProcessed);
    Map<SnapshotKey, SignatureRecord> records = new HashMap<>();
    for (SignatureRecord record : parse(reader.readToEnd())) {
      SnapshotKey key = SnapshotKey.of(record);
      if (workload.begun().contains(key)) {
        assertThat(records.put(key, record)).as("second record of %s", key).isNull();
      }
    }
    assertThat(records.keySet()).containsExactlyInAnyOrderElementsOf(workload.complete());
    records.forEach(
        (key, record) -> {
          assertThat(record.hasSignature()).as("%s has a signature", key).isTrue();
          Signatures.assertMatchesLibrary(record, workload.attempt(key));
        });
  }

  private static boolean allIsProcessed() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin
              .listConsumerGroupOffsets("connectome-service")
              .partitionsToOffsetAndMetadata()
              .get();
      try (TopicReader activations = new TopicReader(broker.bootstrapServers(), ACTIVATIONS)) {
        return activations.endOffsets().entrySet().stream()
            .allMatch(
                end ->
                    end.getValue() == 0
                        || (committed.get(end.getKey()) != null
                            && committed.get(end.getKey()).offset() >= end.getValue()));
      }
    }
  }

  private static List<SignatureRecord> parse(List<ConsumerRecord<byte[], byte[]>> records)
      throws InvalidProtocolBufferException {
    List<SignatureRecord> signatures = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      signatures.add(SignatureRecord.parseFrom(record.value()));
    }
    return signatures;
  }
}
