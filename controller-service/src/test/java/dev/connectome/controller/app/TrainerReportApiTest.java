package dev.connectome.controller.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.fixture.SignatureTopic;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.signature.v1.SignatureRecord;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A trainer that reaches nothing but the controller, over HTTP, with a real broker behind it. */
class TrainerReportApiTest {

  private static final String PATIENCE =
      "{\"policy\": {\"policy_id\": \"p\", \"monitor\": \"val_loss\", \"patience\": {\"patience\":"
          + " 2}}}";

  private final HttpClient client = HttpClient.newHttpClient();
  private SignatureTopic topic;
  private ControllerUnderTest controller;

  @BeforeEach
  void start() throws Exception {
    topic = new SignatureTopic(TestBroker.shared().bootstrapServers()).create();
    controller =
        ControllerUnderTest.start(
            TestDatabase.create(),
            Map.of(
                "connectome.kafka.bootstrap-servers",
                TestBroker.shared().bootstrapServers(),
                "connectome.kafka.topic-prefix",
                topic.prefix(),
                "connectome.kafka.group-id",
                topic.prefix()));
  }

  @AfterEach
  void stop() {
    controller.close();
    topic.close();
  }

  @Test
  void metricsAreJudgedAndTheStopComesWithAnAnswer() throws Exception {
    JsonObject joined = join("a", "i1", PATIENCE, "");
    String uid = joined.getString("runUid");
    assertThat(joined.getInteger("attempt")).isEqualTo(1);

    for (int epoch = 1; epoch <= 4; epoch++) {
      JsonObject answer = report(uid, 1, "i1", epoch, "\"val_loss\": " + (epoch == 1 ? 1.0 : 2.0));
      assertThat(answer.getJsonObject("stopCommand")).isNull();
      assertThat(answer.getJsonArray("warnings")).isEmpty();
    }
    report(uid, 1, "i1", 4, "\"val_loss\": 0.1");

    List<ActivationRecord> records = records(5);
    for (ActivationRecord record : records.subList(0, 4)) {
      var metrics = record.getEpochMetrics();
      topic.publish(
          SignatureRecord.newBuilder()
              .setRunUid(metrics.getRunUid())
              .setAttempt(metrics.getAttempt())
              .setEpoch(metrics.getEpoch())
              .putAllMetrics(metrics.getMetricsMap())
              .build());
    }
    await()
        .untilAsserted(
            () -> {
              JsonObject answer = report(uid, 1, "i1", 4, "\"val_loss\": 2.0");
              assertThat(answer.getInteger("evaluatedEpoch")).isEqualTo(4);
              assertThat(answer.getJsonObject("stopCommand").getString("commandId")).isNotEmpty();
            });

    String command =
        report(uid, 1, "i1", 4, "\"val_loss\": 2.0")
            .getJsonObject("stopCommand")
            .getString("commandId");
    post(
        "/v1/runs/" + uid + ":finish",
        ("{\"attempt\": 1, \"instance_id\": \"i1\", \"outcome\": {\"end\":"
                + " \"TRAINING_END_STOPPED\", \"final_epoch\": 4, \"stop_command_id\": \"%s\"}}")
            .formatted(command),
        200);

    assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    assertThat(controller.get("a").getDecision().getStopEpoch()).isEqualTo(3);
    await().until(() -> !ends().isEmpty());
    assertThat(ends()).containsOnly(4);
  }

  @Test
  void activationsGoToTheBrokerAsTheTrainerLibraryPublishesThem() throws Exception {
    String uid = join("a", "i1", "{}", "").getString("runUid");
    ByteBuffer halves = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    for (int half : new int[] {0x3C00, 0xC000, 0x3555, 0x0001, 0x7BFF, 0x0000}) {
      halves.putShort((short) half);
    }
    String part =
        "{\"attempt\": 1, \"instance_id\": \"i1\", \"epoch\": 7, \"metrics\": {\"trainLoss\": 0.5},"
            + " \"activations\": {\"format\": \"VALUE_FORMAT_FLOAT16\", \"snapshot_samples\": 5,"
            + " \"neuron_count\": 3, \"part_samples\": 2, \"first_sample\": 2, \"layers\":"
            + " [{\"name\": \"relu\", \"neurons\": 3}], \"predicted_classes\": [1, 0]}}";

    HttpResponse<String> answer = related("/v1/runs/" + uid + ":report", part, halves.array());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    ActivationBatch batch = records(1).get(0).getBatch();
    assertThat(batch.getRunUid()).isEqualTo(uid);
    assertThat(List.of(batch.getEpoch(), batch.getBatchIndex(), batch.getBatchCount()))
        .containsExactly(7, 1, 3);
    assertThat(List.of(batch.getFirstSample(), batch.getSampleCount(), batch.getSnapshotSamples()))
        .containsExactly(2, 2, 5);
    assertThat(batch.getLayers(0).getName()).isEqualTo("relu");
    assertThat(batch.getPredictedClassesList()).containsExactly(1, 0);
    assertThat(batch.getMetricsMap()).containsEntry("trainLoss", 0.5);
    ByteBuffer values = batch.getValues().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    assertThat(List.of(values.getFloat(), values.getFloat(), values.getFloat()))
        .containsExactly(1f, -2f, 0.33325195f);
    assertThat(List.of(values.getFloat(), values.getFloat(), values.getFloat()))
        .containsExactly(0x1p-24f, 65504f, 0f);
    assertThat(controller.get("a").getProgress().getCompletedEpochs()).isEqualTo(7);
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheFieldAndNothingIsStored() throws Exception {
    String uid = join("a", "i1", "{}", "").getString("runUid");
    String request =
        "{\"attempt\": 1, \"instance_id\": \"i1\", \"epoch\": 1, \"activations\":"
            + " {\"snapshot_samples\": 5, \"neuron_count\": 3, \"layers\": [{\"neurons\": 2}]}}";

    HttpResponse<String> refused = related("/v1/runs/" + uid + ":report", request, new byte[59]);

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body())
        .contains("activations.values must be 60 bytes, 5 rows of 3 neurons, not 59")
        .contains("activations.layers must have neuron_count neurons together, 3, not 2");
    assertThat(
            post(
                    "/v1/runs/" + uid + ":report",
                    "{\"attempt\": 1, \"instance_id\": \"other\", \"epoch\": 1, \"metrics\":"
                        + " {\"a\": 1}}",
                    400)
                .encode())
        .contains("OTHER_TRAINER");
    assertThat(controller.get("a").getProgress().getCompletedEpochs()).isZero();
  }

  @Test
  void aMonitorThatNobodyReportsIsNamedWithTheNearestName() throws Exception {
    String uid = join("a", "i1", PATIENCE, "").getString("runUid");

    JsonObject answer = report(uid, 1, "i1", 1, "\"valLoss\": 2, \"loss\": 1");

    assertThat(answer.getJsonArray("warnings"))
        .containsExactly(
            "policy \"p\" reads \"val_loss\", which this report does not have; it has \"loss\","
                + " \"valLoss\"; did you mean \"valLoss\"?");
  }

  @Test
  void aTrainerThatWasKilledIsReplacedAtOnceByOneThatProvesIt() throws Exception {
    String uid = join("a", "i1", "{}", "").getString("runUid");
    report(uid, 1, "i1", 6, "\"trainLoss\": 1");

    JsonObject taken = tryJoin("a", "i2", "{}", "", 400);
    assertThat(taken.encode()).contains("RUN_TAKEN", "RetryInfo");
    assertThat(tryJoin("a", "i2", "{}", "unknown", 400).encode()).contains("RUN_TAKEN");

    JsonObject joined = join("a", "i2", "{}", "i1");
    assertThat(joined.getInteger("attempt")).isEqualTo(2);
    assertThat(joined.getBoolean("resume")).isTrue();
    assertThat(joined.getInteger("completedEpochs")).isEqualTo(6);
    assertThat(join("a", "i2", "{}", "i1").getInteger("attempt")).isEqualTo(2);
    assertThat(
            post(
                    "/v1/runs/" + uid + ":report",
                    "{\"attempt\": 1, \"instance_id\": \"i1\", \"epoch\": 7}",
                    400)
                .encode())
        .contains("SUPERSEDED");
  }

  @Test
  void withoutABrokerATrainerIsToldToRepeatAndLivesOn() throws Exception {
    try (var alone = ControllerUnderTest.notStarted(TestDatabase.create(), Map.of())) {
      controller.close();
      controller = alone;
      String uid = join("a", "i1", "{}", "").getString("runUid");
      String report =
          "{\"attempt\": 1, \"instance_id\": \"i1\", \"epoch\": 1, \"metrics\": {\"a\": 1}}";

      for (int i = 0; i < 2; i++) {
        assertThat(post("/v1/runs/" + uid + ":report", report, 503).encode())
            .contains("BROKER_AWAY", "RetryInfo");
      }

      assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_RUNNING);
    }
  }

  private JsonObject join(String name, String instance, String run, String replaces)
      throws Exception {
    return tryJoin(name, instance, run, replaces, 200);
  }

  private JsonObject tryJoin(String name, String instance, String run, String replaces, int status)
      throws Exception {
    return post(
        "/v1/runs/" + name + ":join",
        "{\"instance_id\": \"%s\", \"training_run\": %s, \"replaces_instance_id\": \"%s\"}"
            .formatted(instance, run, replaces),
        status);
  }

  private JsonObject report(String uid, int attempt, String instance, int epoch, String metrics)
      throws Exception {
    return post(
        "/v1/runs/" + uid + ":report",
        "{\"attempt\": %d, \"instance_id\": \"%s\", \"epoch\": %d, \"metrics\": {%s}}"
            .formatted(attempt, instance, epoch, metrics),
        200);
  }

  private JsonObject post(String path, String json, int status) throws Exception {
    HttpResponse<String> answer = send(path, "application/json", BodyPublishers.ofString(json));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return new JsonObject(answer.body());
  }

  private HttpResponse<String> related(String path, String json, byte[] values) throws Exception {
    var body = new ByteArrayOutputStream();
    body.writeBytes("--b\r\nContent-Type: application/json\r\n\r\n".getBytes(UTF_8));
    body.writeBytes(json.getBytes(UTF_8));
    body.writeBytes("\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n".getBytes(UTF_8));
    body.writeBytes(values);
    body.writeBytes("\r\n--b--\r\n".getBytes(UTF_8));
    return send(
        path, "multipart/related; boundary=b", BodyPublishers.ofByteArray(body.toByteArray()));
  }

  private HttpResponse<String> send(String path, String type, HttpRequest.BodyPublisher body)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(controller.http().resolve(path))
            .header("Content-Type", type)
            .timeout(Duration.ofSeconds(30))
            .POST(body)
            .build(),
        BodyHandlers.ofString());
  }

  /** The final epochs of the attempts whose end is on the topic. */
  private List<Integer> ends() {
    return read().stream()
        .filter(ActivationRecord::hasEndOfAttempt)
        .map(record -> record.getEndOfAttempt().getFinalEpoch())
        .toList();
  }

  private List<ActivationRecord> records(int count) {
    await().until(() -> read().size() >= count);
    List<ActivationRecord> records = read();
    assertThat(records).hasSize(count);
    return records;
  }

  private List<ActivationRecord> read() {
    List<ActivationRecord> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", TestBroker.shared().bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      var partition = new TopicPartition(topic.activations(), 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofSeconds(1)).forEach(record -> records.add(parse(record.value())));
      }
    }
    return records;
  }

  private static ActivationRecord parse(byte[] value) {
    try {
      return ActivationRecord.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
