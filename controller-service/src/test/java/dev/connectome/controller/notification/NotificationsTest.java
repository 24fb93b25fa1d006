package dev.connectome.controller.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.app.ControllerUnderTest;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.store.NotificationTable.Backlog;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Notifications of a controller with a real database, at real servers and in a real broker. */
@Timeout(120)
class NotificationsTest {

  private static final String SECRET = "a secret of mine";

  @TempDir private Path folder;
  private DataSource database;
  private Receiver receiver;
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    database = TestDatabase.create();
    receiver = opened(new Receiver());
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    open.add(closeable);
    return closeable;
  }

  private ControllerUnderTest controller(Map<String, String> more) throws Exception {
    return opened(ControllerUnderTest.start(database, settings(more)));
  }

  private Map<String, String> settings(Map<String, String> more) throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("connectome.notifications.webhooks.mine.url", receiver.url());
    settings.put(
        "connectome.notifications.webhooks.mine.secret-file",
        Files.writeString(folder.resolve("secret"), SECRET + "\n").toString());
    settings.put("connectome.notifications.first-pause", "20ms");
    settings.put("connectome.notifications.longest-pause", "200ms");
    settings.putAll(more);
    return settings;
  }

  /** A run that is told to stop, and whose trainer obeys. */
  private TrainingRun stoppedRun(ControllerUnderTest controller, String name) throws Exception {
    TrainingRun run =
        controller.createExternal(
            name, StoppingPolicy.newBuilder().setNever(NeverRule.getDefaultInstance()));
    var trainer = opened(new SimulatedTrainer(controller.channel(), run.getUid()));
    trainer.register();
    TrainingRun stopping =
        controller
            .runs()
            .stopTrainingRun(
                StopTrainingRunRequest.newBuilder()
                    .setName("runs/" + name)
                    .setReason("seen <enough>")
                    .build());
    trainer.report(
        TrainingOutcome.newBuilder()
            .setEnd(TrainingEnd.TRAINING_END_STOPPED)
            .setFinalEpoch(3)
            .setStopCommandId(stopping.getStop().getCommand().getCommandId()));
    return run;
  }

  @Test
  void anEndpointThatFailsTwiceGetsEverythingSignedAndInOrder() throws Exception {
    receiver.failures.addAll(List.of(503, 500));

    TrainingRun run = stoppedRun(controller(Map.of()), "a");

    eventually().until(() -> receiver.taken("runs/a").equals(List.of("decided", "stopped")));
    assertThat(receiver.posts)
        .extracting(Receiver.Post::status)
        .containsExactly(503, 500, 204, 204);
    Receiver.Post first = receiver.posts.get(0);
    Receiver.Post third = receiver.posts.get(2);
    assertThat(third.body()).isEqualTo(first.body());
    assertThat(third.header("Content-type")).isEqualTo("application/cloudevents+json");
    assertThat(third.event().get("specversion").asText()).isEqualTo("1.0");
    assertThat(third.event().get("type").asText()).isEqualTo("dev.connectome.run.decided.v1");
    assertThat(third.event().get("source").asText()).startsWith("urn:uuid:");
    assertThat(third.event().get("data").get("uid").asText()).isEqualTo(run.getUid());
    assertThat(third.event().get("data").get("message").asText()).contains("seen <enough>");
    assertThat(third.header("Webhook-id")).isEqualTo(third.event().get("id").asText());
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    String signed =
        third.header("Webhook-id") + "." + third.header("Webhook-timestamp") + "." + third.body();
    assertThat(third.header("Webhook-signature"))
        .isEqualTo(
            "v1,"
                + Base64.getEncoder()
                    .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void whatIsRefusedHoldsBackItsRunAndNoOther() throws Exception {
    receiver.refused = body -> body.contains("runs/a") && body.contains("decided");
    ControllerUnderTest controller = controller(Map.of());

    stoppedRun(controller, "a");
    stoppedRun(controller, "b");

    eventually().until(() -> receiver.taken("runs/b").equals(List.of("decided", "stopped")));
    assertThat(receiver.taken("runs/a")).isEmpty();
    receiver.refused = body -> false;
    eventually().until(() -> receiver.taken("runs/a").equals(List.of("decided", "stopped")));
  }

  @Test
  void anEndpointThatIsAwayDelaysNeitherRunsNorOtherEndpoints() throws Exception {
    Map<String, String> settings =
        Map.of(
            "connectome.notifications.webhooks.away.url",
            "http://127.0.0.1:1/",
            "connectome.notifications.webhooks.away.secret-file",
            folder.resolve("secret").toString(),
            "connectome.notifications.kafka",
            "true");
    ControllerUnderTest controller = controller(settings);

    stoppedRun(controller, "a");

    eventually().until(() -> receiver.taken("runs/a").equals(List.of("decided", "stopped")));
    // The receiver has its posts before the controller has its answers.
    eventually().until(() -> !backlogs(controller).containsKey("mine"));
    assertThat(backlogs(controller))
        .extractingByKeys("away", "kafka")
        .allSatisfy(backlog -> assertThat(backlog.waiting()).isEqualTo(2));
  }

  @Test
  void whatHappenedBeforeACrashIsToldAfterIt() throws Exception {
    Map<String, String> settings = settings(Map.of());
    ControllerUnderTest deaf = opened(ControllerUnderTest.notStarted(database, settings));
    stoppedRun(deaf, "a");

    opened(ControllerUnderTest.start(database, settings));

    eventually().until(() -> receiver.taken("runs/a").equals(List.of("decided", "stopped")));
  }

  @Test
  void enforcementIsToldTooAndAnEndpointGetsOnlyWhatItWants() throws Exception {
    ControllerUnderTest controller =
        controller(
            Map.of("connectome.notifications.webhooks.mine.notices", "enforcement-changed,failed"));
    stoppedRun(controller, "a");
    controller
        .runs()
        .updateEnforcement(
            UpdateEnforcementRequest.newBuilder()
                .setEnforcement(
                    Enforcement.newBuilder().setSuspended(true).setReason("looking into it"))
                .build());

    eventually().until(() -> receiver.posts.size() == 1);
    var event = receiver.posts.get(0).event();
    assertThat(event.get("type").asText()).isEqualTo("dev.connectome.enforcement.changed.v1");
    assertThat(event.get("data").get("suspended").asBoolean()).isTrue();
    assertThat(event.get("data").get("reason").asText()).isEqualTo("looking into it");
  }

  @Test
  void theTopicHasARecordForEachInTheOrderOfTheRun() throws Exception {
    String prefix = "notifications-" + System.nanoTime() + ".";
    ControllerUnderTest controller =
        controller(
            Map.of(
                "connectome.notifications.kafka",
                "true",
                "connectome.kafka.bootstrap-servers",
                TestBroker.shared().bootstrapServers(),
                "connectome.kafka.topic-prefix",
                prefix));
    TrainingRun a = stoppedRun(controller, "a");
    TrainingRun b = stoppedRun(controller, "b");

    List<ConsumerRecord<String, String>> records = records(prefix + "events.v1", 4);

    Map<String, List<String>> byRun =
        records.stream()
            .collect(
                Collectors.groupingBy(
                    ConsumerRecord::key,
                    Collectors.mapping(
                        record -> record.value().replaceAll(".*run\\.([a-z]+)\\.v1.*", "$1"),
                        Collectors.toList())));
    assertThat(byRun.keySet()).isEqualTo(Set.of(a.getUid(), b.getUid()));
    assertThat(byRun.values()).containsOnly(List.of("decided", "stopped"));
    assertThat(records)
        .allSatisfy(
            record ->
                assertThat(record.headers().lastHeader("content-type").value())
                    .asString()
                    .isEqualTo("application/cloudevents+json"));
  }

  private static Map<String, Backlog> backlogs(ControllerUnderTest controller) {
    return controller.store().query(tx -> tx.notifications().backlogs());
  }

  private static ConditionFactory eventually() {
    return await().atMost(Duration.ofMinutes(1));
  }

  private static List<ConsumerRecord<String, String>> records(String topic, int count) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                TestBroker.shared().bootstrapServers(),
                "group.id",
                topic,
                "auto.offset.reset",
                "earliest",
                "metadata.max.age.ms",
                "200"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      eventually()
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() >= count;
              });
    }
    return records;
  }

  @Test
  void whatNobodyTakesIsGivenUp() throws Exception {
    receiver.refused = body -> true;
    ControllerUnderTest controller =
        controller(Map.of("connectome.notifications.give-up-after", "5s"));
    stoppedRun(controller, "a");
    eventually().until(() -> !receiver.posts.isEmpty());

    eventually().until(() -> backlogs(controller).isEmpty());
  }

  @Test
  void anEndpointThatCannotWorkIsRefusedAtTheStart() throws Exception {
    assertRefused("url", "ftp://example.org/", "must be an address with http or https");
    assertRefused("secret-file", "/nowhere", "must be a file that can be read, not /nowhere");
    assertRefused("notices", "decided,started", "must be of [decided, stopped, failed");
  }

  private void assertRefused(String setting, String value, String message) throws Exception {
    Map<String, String> settings =
        settings(Map.of("connectome.notifications.webhooks.mine." + setting, value));
    assertThatThrownBy(() -> ControllerUnderTest.start(database, settings))
        .hasStackTraceContaining("connectome.notifications.webhooks.mine." + setting)
        .hasStackTraceContaining(message);
  }
}
