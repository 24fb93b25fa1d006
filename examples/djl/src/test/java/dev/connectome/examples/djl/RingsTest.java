package dev.connectome.examples.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.platform.fixture.FakeController;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.trainer.v1.ProbeSpec;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.djl.ConnectomeListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example with a real broker, and the page that explains it. */
@Timeout(180)
class RingsTest {

  private static final String TOPIC = "connectome.activations.v1";

  @TempDir Path directory;

  @Test
  void isObservedAfterEveryEpochAndStopped() throws Exception {
    try (TestBroker broker = TestBroker.start(directory.resolve("broker"));
        FakeController controller = FakeController.start()) {
      broker.createTopic(TOPIC);
      controller.assignment.updateAndGet(
          assignment -> assignment.toBuilder().setSpec(spec()).build());
      ConnectomeListener connectome =
          ConnectomeListener.builder()
              .optRun("rings")
              .optController(controller.endpoint())
              .optKafka(broker.bootstrapServers())
              .build();

      CompletableFuture<Integer> training =
          CompletableFuture.supplyAsync(() -> train(connectome, directory.resolve("weights")));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> controller.progress.get().getCompletedEpochs() >= 3);
      controller.stop.set(
          StopCommand.newBuilder()
              .setCommandId("order-1")
              .setMode(StopMode.STOP_MODE_GRACEFUL)
              .setRestoreEpoch(2)
              .build());
      int epochs = training.get(1, TimeUnit.MINUTES);

      assertThat(epochs).isBetween(3, 99_999);
      assertThat(controller.outcomes)
          .singleElement()
          .satisfies(
              outcome -> {
                assertThat(outcome.getEnd()).isEqualTo(TrainingEnd.TRAINING_END_STOPPED);
                assertThat(outcome.getFinalEpoch()).isEqualTo(epochs);
                assertThat(outcome.getMetricsMap()).containsKey("trainLoss");
              });
      // A snapshot an epoch in one record each, and the end of the attempt.
      assertThat(records(broker)).isEqualTo(epochs + 1);
      assertThat(connectome.restoreEpoch()).hasValue(2);
    }
  }

  @Test
  void theDocumentationShowsTheTestedCode() throws Exception {
    String code = withSingleSpaces(Files.readString(Path.of("src/main/java").resolve(classFile())));
    String page = Files.readString(Path.of("..", "..", "docs", "djl.md"));
    List<String> shown = new ArrayList<>();
    Matcher blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(page);
    while (blocks.find()) {
      shown.add(withSingleSpaces(blocks.group(1)));
    }

    assertThat(shown).isNotEmpty().allSatisfy(block -> assertThat(code).contains(block));
    assertThat(Files.readAllLines(Path.of("src/main/java").resolve(classFile())))
        .hasSizeLessThan(60);
  }

  private static String classFile() {
    return Rings.class.getName().replace('.', '/') + ".java";
  }

  private static String withSingleSpaces(String code) {
    return code.replaceAll("\\s+", " ").strip();
  }

  private static int train(ConnectomeListener connectome, Path weights) {
    try {
      return Rings.train(connectome, 100_000, weights);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static TrainingSpec spec() {
    return TrainingSpec.newBuilder()
        .setEpochs(100_000)
        .setSeed(1)
        .setProbe(ProbeSpec.newBuilder().setSamples(100).setEveryEpochs(1).setMaxNeurons(100))
        .build();
  }

  private static long records(TestBroker broker) {
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(TOPIC, 0);
      return consumer.endOffsets(List.of(partition)).get(partition);
    }
  }
}
