package dev.connectome.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.connectome.identity.Grant;
import dev.connectome.identity.Principal;
import dev.connectome.identity.Role;
import dev.connectome.identity.Token;
import dev.connectome.identity.client.BearerToken;
import dev.connectome.identity.client.TokenSource;
import dev.connectome.platform.fixture.FreePort;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.activation.v1.ActivationIngestServiceGrpc;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.activation.v1.PublishActivationsRequest;
import dev.connectome.protos.activation.v1.PublishActivationsResponse;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.signature.fixture.Brokers;
import dev.connectome.signature.fixture.ServiceProcess;
import dev.connectome.signature.fixture.Signatures;
import dev.connectome.signature.fixture.TestSnapshot;
import dev.connectome.signature.fixture.TopicReader;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service on a real broker. */
class ConnectomeServiceIT {

  private static final String ACTIVATIONS = "connectome.activations.v1";
  private static final String SIGNATURES = "connectome.signatures.v1";
  private static final String RUNS_CHANGELOG = "connectome-service-runs-changelog";
  private static final String DEAD_LETTERS = "connectome.dead-letters.v1";

  private static final String TRACE_PARENT =
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @TempDir Path directory;

  private static final String TRAINER = Token.create();
  private static final String VIEWER = Token.create();

  private TestBroker broker;
  private ServiceProcess service;

  @BeforeEach
  void start() throws Exception {
    int brokerPort = FreePort.find();
    Files.writeString(
        directory.resolve("tokens"),
        Grant.of(TRAINER, new Principal("trainer", Role.TRAINER)).line()
            + "\n"
            + Grant.of(VIEWER, new Principal("ada", Role.VIEWER)).line());
    service =
        ServiceProcess.start(
            "127.0.0.1:" + brokerPort,
            directory.resolve("state"),
            Map.of(
                "connectome.streams.group-instance-id",
                "only",
                "connectome.auth.tokens-file",
                directory.resolve("tokens").toString()));
    service.awaitLive();
    assertThat(service.get("/q/health/ready")).isEqualTo(503);
    broker = Brokers.start(directory.resolve("kafka"), brokerPort);
    service.awaitReady();
  }

  @AfterEach
  void stop() {
    service.close();
    broker.close();
  }

  @Test
  void everySnapshotHasOneSignatureAlthoughTheServiceIsKilledInTheMiddle() throws Exception {
    List<UUID> runs = List.of(new UUID(1, 1), new UUID(1, 2), new UUID(1, 3));
    Map<UUID, Map<Integer, TestSnapshot>> snapshots = new HashMap<>();
    for (UUID run : runs) {
      Map<Integer, TestSnapshot> epochs = new HashMap<>();
      for (int epoch = 1; epoch <= 6; epoch++) {
        epochs.put(epoch, TestSnapshot.random(run, 1, epoch, 200, 64));
      }
      snapshots.put(run, epochs);
    }
    try (KafkaProducer<byte[], byte[]> producer = producer();
        TopicReader signatures = new TopicReader(broker.bootstrapServers(), SIGNATURES);
        TopicReader deadLetters = new TopicReader(broker.bootstrapServers(), DEAD_LETTERS)) {
      for (int epoch = 1; epoch <= 3; epoch++) {
        for (UUID run : runs) {
          List<ActivationRecord> records = snapshots.get(run).get(epoch).records(3);
          send(producer, run, epoch < 3 ? records : records.subList(0, 2));
        }
      }
      send(producer, "garbage".getBytes(StandardCharsets.UTF_8));
      signatures.await(6);
      deadLetters.await(1);

      service.kill();
      service = ServiceProcess.start(broker.bootstrapServers(), directory.resolve("state"));
      for (UUID run : runs) {
        send(producer, run, snapshots.get(run).get(3).records(3));
        for (int epoch = 4; epoch <= 6; epoch++) {
          send(producer, run, snapshots.get(run).get(epoch).records(epoch == 5 ? 1 : 2));
        }
        send(producer, run, List.of(TestSnapshot.end(run, 1, 6)));
        send(producer, run, snapshots.get(run).get(6).records(2));
      }
      UUID last = new UUID(1, 4);
      send(producer, last, TestSnapshot.random(last, 1, 1, 200, 64).records(1));
      service.awaitReady();

      List<SignatureRecord> records = signatures.awaitSignatures(19);
      assertThat(deadLetters.await(1)).hasSize(1);
      assertThat(records).hasSize(19);
      for (UUID run : runs) {
        List<SignatureRecord> ofRun =
            records.stream().filter(record -> record.getRunUid().equals(run.toString())).toList();
        assertThat(ofRun).extracting(SignatureRecord::getEpoch).containsExactly(1, 2, 3, 4, 5, 6);
        for (SignatureRecord record : ofRun) {
          assertThat(record.getSignature().getPreviousEpoch()).isEqualTo(record.getEpoch() - 1);
          Signatures.assertMatchesLibrary(record, snapshots.get(run));
        }
      }
    }
    assertThat(service.text("/q/metrics"))
        .contains("connectome_snapshots_total{outcome=\"signed\"}")
        .contains("connectome_snapshot_assembly_seconds_bucket")
        .contains("connectome_lag 0.0")
        .containsPattern("connectome_state_bytes [1-9]");
    assertThat(service.terminate(Duration.ofSeconds(3))).isTrue();
  }

  @Test
  void aTrainerWithoutAKafkaClientPublishesOverGrpc() throws Exception {
    UUID run = new UUID(2, 1);
    TestSnapshot snapshot = TestSnapshot.random(run, 1, 1, 300, 32);
    ManagedChannel channel =
        Grpc.newChannelBuilder(service.grpcTarget(), InsecureChannelCredentials.create()).build();
    try (TopicReader signatures = new TopicReader(broker.bootstrapServers(), SIGNATURES)) {
      assertThat(
              HealthGrpc.newBlockingStub(channel)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);

      var ingest = ActivationIngestServiceGrpc.newBlockingV2Stub(channel);
      assertThatThrownBy(() -> ingest.publishActivations().read())
          .hasMessageStartingWith("UNAUTHENTICATED: this call needs a token");
      assertThatThrownBy(
              () -> ingest.withCallCredentials(credentials(VIEWER)).publishActivations().read())
          .hasMessageStartingWith("PERMISSION_DENIED: ada is VIEWER, and this call needs TRAINER");

      BlockingClientCall<PublishActivationsRequest, PublishActivationsResponse> call =
          ingest
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(trace()))
              .withCallCredentials(credentials(TRAINER))
              .publishActivations();
      List<ActivationRecord> records = snapshot.records(20);
      for (ActivationRecord record : records) {
        call.write(PublishActivationsRequest.newBuilder().setRecord(record).build());
      }
      for (int acknowledged = 1; acknowledged <= records.size(); acknowledged++) {
        assertThat(call.read().getAcknowledgedCount()).isEqualTo(acknowledged);
      }
      call.halfClose();
      assertThat(call.read()).isNull();
      Signatures.assertMatchesLibrary(signatures.awaitSignatures(1).get(0), Map.of(1, snapshot));
      assertThat(signatures.await(1).get(0).headers())
          .extracting(Header::key, header -> new String(header.value(), StandardCharsets.UTF_8))
          .containsExactlyInAnyOrder(
              tuple("traceparent", TRACE_PARENT),
              tuple("tracestate", "one=1,two=2"),
              tuple("baggage", "team=vision"));
    } finally {
      channel.shutdownNow();
    }
  }

  private static CallCredentials credentials(String token) {
    return new BearerToken(new TokenSource.OfText(token));
  }

  @Test
  void aMalformedRecordEndsTheCallAfterTheRecordsBeforeItAreAcknowledged() throws Exception {
    ManagedChannel channel =
        Grpc.newChannelBuilder(service.grpcTarget(), InsecureChannelCredentials.create()).build();
    try {
      TestSnapshot snapshot = TestSnapshot.random(new UUID(2, 2), 1, 1, 10, 4);
      ActivationRecord malformed =
          snapshot.record().toBuilder()
              .setBatch(snapshot.record().getBatch().toBuilder().setNeuronCount(5))
              .build();
      BlockingClientCall<PublishActivationsRequest, PublishActivationsResponse> call =
          ActivationIngestServiceGrpc.newBlockingV2Stub(channel)
              .withCallCredentials(credentials(TRAINER))
              .publishActivations();
      call.write(PublishActivationsRequest.newBuilder().setRecord(snapshot.record()).build());
      call.write(PublishActivationsRequest.newBuilder().setRecord(malformed).build());

      assertThat(call.read().getAcknowledgedCount()).isEqualTo(1);
      assertThatThrownBy(call::read).satisfies(ConnectomeServiceIT::namesTheField);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aSnapshotThatDoesNotFitIntoTheMemoryIsRefusedAndOtherRunsGoOn() throws Exception {
    UUID tooWide = new UUID(3, 1);
    UUID wide = new UUID(3, 2);
    UUID ordinary = new UUID(3, 3);
    ActivationRecord refused = TestSnapshot.random(tooWide, 1, 1, 14, 16_384).record();
    ManagedChannel channel =
        Grpc.newChannelBuilder(service.grpcTarget(), InsecureChannelCredentials.create()).build();
    try (KafkaProducer<byte[], byte[]> producer = producer();
        TopicReader signatures = new TopicReader(broker.bootstrapServers(), SIGNATURES);
        TopicReader deadLetters = new TopicReader(broker.bootstrapServers(), DEAD_LETTERS)) {
      for (int epoch = 1; epoch <= 3; epoch++) {
        send(producer, tooWide, List.of(refused));
        send(producer, wide, TestSnapshot.random(wide, 1, epoch, 50, 4096).records(1));
        send(producer, ordinary, TestSnapshot.random(ordinary, 1, epoch, 50, 64).records(1));
      }
      assertThat(signatures.awaitSignatures(6)).allMatch(SignatureRecord::hasSignature);
      assertThat(deadLetters.await(3))
          .allSatisfy(
              letter ->
                  assertThat(
                          new String(
                              letter.headers().lastHeader("connectome-error").value(),
                              StandardCharsets.UTF_8))
                      .isEqualTo("LIMIT_EXCEEDED"));

      BlockingClientCall<PublishActivationsRequest, PublishActivationsResponse> call =
          ActivationIngestServiceGrpc.newBlockingV2Stub(channel)
              .withCallCredentials(credentials(TRAINER))
              .publishActivations();
      call.write(PublishActivationsRequest.newBuilder().setRecord(refused).build());
      assertThatThrownBy(call::read)
          .hasMessageContaining("16384 neurons needs 3584 MiB of heap")
          .satisfies(
              failure ->
                  assertThat(Status.fromThrowable(failure).getCode())
                      .isEqualTo(Status.Code.INVALID_ARGUMENT));
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void theStateOfALaterVersionFailsTheLivenessOfTheServiceWithASentence() throws Exception {
    UUID run = new UUID(4, 1);
    try (KafkaProducer<byte[], byte[]> producer = producer();
        TopicReader signatures = new TopicReader(broker.bootstrapServers(), SIGNATURES)) {
      send(producer, run, TestSnapshot.random(run, 1, 1, 50, 8).records(1));
      ConsumerRecord<byte[], byte[]> signed = signatures.await(1).get(0);
      service.close();
      // What a later version has written, which this one cannot read.
      producer
          .send(
              new ProducerRecord<>(
                  RUNS_CHANGELOG, signed.partition(), attemptKey(run, 1), new byte[] {99}))
          .get();
      service = ServiceProcess.start(broker.bootstrapServers(), directory.resolve("other-state"));
      service.awaitReady();

      send(producer, run, TestSnapshot.random(run, 1, 2, 50, 8).records(1));

      service.awaitDead();
      assertThat(service.text("/q/health/live")).contains("FAILED").contains("format 99");
    }
  }

  private static byte[] attemptKey(UUID run, int attempt) {
    return (run + "/" + attempt).getBytes(StandardCharsets.UTF_8);
  }

  private static Metadata trace() {
    Metadata metadata = new Metadata();
    metadata.put(header("traceparent"), TRACE_PARENT);
    metadata.put(header("tracestate"), "one=1");
    metadata.put(header("tracestate"), "two=2");
    metadata.put(header("baggage"), "team=vision");
    metadata.put(header("other"), "not for readers");
    return metadata;
  }

  private static Metadata.Key<String> header(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static void namesTheField(Throwable failure) throws Exception {
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDetails(0).unpack(ErrorInfo.class).getReason()).isEqualTo("INVALID_FIELD");
    assertThat(status.getDetails(1).unpack(BadRequest.class).getFieldViolations(0).getField())
        .isEqualTo("record.batch.values");
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", broker.bootstrapServers()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, UUID run, List<ActivationRecord> records) {
    for (ActivationRecord record : records) {
      producer.send(new ProducerRecord<>(ACTIVATIONS, TestSnapshot.key(run), record.toByteArray()));
    }
    producer.flush();
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, byte[] garbage) {
    producer.send(new ProducerRecord<>(ACTIVATIONS, garbage));
    producer.flush();
  }
}
