package dev.connectome.trainer.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.EarlyStoppingListener.EarlyStoppedException;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.loss.Loss;
import com.google.rpc.Code;
import dev.connectome.platform.fixture.FakeController;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.protos.trainer.v1.ProbeSpec;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A DJL training that only has the listener added, with a real broker and real gRPC. */
@Timeout(120)
class ConnectomeListenerTest {

  private static final int SAMPLES = 60;
  private static final int INPUTS = 4;
  private static final int PROBE = 20;

  @TempDir static Path directory;
  private static TestBroker broker;
  private FakeController controller;
  private String prefix;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = TestBroker.start(directory);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void start() throws Exception {
    controller = FakeController.start();
    prefix = "t%d.".formatted(System.nanoTime());
    broker.createTopic(prefix + "activations.v1");
    controller.assignment.updateAndGet(
        assignment ->
            assignment.toBuilder()
                .setSpec(
                    TrainingSpec.newBuilder()
                        .setEpochs(3)
                        .setSeed(1)
                        .setProbe(
                            ProbeSpec.newBuilder()
                                .setSamples(PROBE)
                                .setEveryEpochs(1)
                                .setMaxNeurons(100)))
                .build());
  }

  @AfterEach
  void stop() throws Exception {
    controller.close();
  }

  @Test
  void observesEveryEpochAndReportsTheEnd() throws Exception {
    train(3, listener(controller.endpoint()));

    assertThat(controller.outcomes).hasSize(1);
    TrainingOutcome outcome = controller.outcomes.get(0);
    assertThat(outcome.getEnd()).isEqualTo(TrainingEnd.TRAINING_END_COMPLETED);
    assertThat(outcome.getFinalEpoch()).isEqualTo(3);
    assertThat(outcome.getMetricsMap()).containsKeys("trainLoss", "trainAccuracy");
    List<ActivationRecord> records = published();
    assertThat(records).hasSize(4);
    for (int epoch = 1; epoch <= 3; epoch++) {
      var batch = records.get(epoch - 1).getBatch();
      assertThat(batch.getEpoch()).isEqualTo(epoch);
      assertThat(batch.getSnapshotSamples()).isEqualTo(PROBE);
      // The two hidden layers, and not the output.
      assertThat(batch.getNeuronCount()).isEqualTo(8 + 6);
      // Softmax cross entropy: the network classifies.
      assertThat(batch.getPredictedClassesCount()).isEqualTo(PROBE);
    }
    assertThat(records.get(0).getBatch().getValues())
        .isNotEqualTo(records.get(1).getBatch().getValues());
    assertThat(records.get(3).hasEndOfAttempt()).isTrue();
  }

  @Test
  void aStopEndsTheTrainingWithAnEarlyStoppedException() {
    var atThirdEpoch =
        new TrainingListenerAdapter() {
          private int epochs;

          @Override
          public void onEpoch(Trainer trainer) {
            if (++epochs == 3) {
              controller.stop.set(
                  StopCommand.newBuilder()
                      .setCommandId("order-1")
                      .setMode(StopMode.STOP_MODE_GRACEFUL)
                      .setReason("it has settled")
                      .build());
            }
          }
        };

    assertThatThrownBy(() -> train(1_000_000, atThirdEpoch, listener(controller.endpoint())))
        .isInstanceOf(EarlyStoppedException.class)
        .hasMessageContaining("it has settled");

    assertThat(controller.outcomes).hasSize(1);
    TrainingOutcome outcome = controller.outcomes.get(0);
    assertThat(outcome.getEnd()).isEqualTo(TrainingEnd.TRAINING_END_STOPPED);
    assertThat(outcome.getStopCommandId()).isEqualTo("order-1");
    assertThat(outcome.getFinalEpoch()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void aRejectedTrainingReportsTheRemedy() {
    controller.refusal.set(
        FakeController.error(Code.NOT_FOUND, "RUN_NOT_FOUND", "there is no run \"mine\""));

    assertThatThrownBy(() -> train(1, listener(controller.endpoint())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("there is no run \"mine\"")
        .hasMessageContaining("connectome runs create --name mine --launcher external");
  }

  @Test
  void aTrainingWithoutAControllerRunsUnobserved() throws Exception {
    String endpoint = controller.endpoint();
    controller.close();

    train(2, listener(endpoint));

    assertThat(controller.outcomes).isEmpty();
  }

  @Test
  void aNetworkThatFailsOnTheProbeIsTrainedUnobserved() throws Exception {
    try (NDManager manager = NDManager.newBaseManager()) {
      ConnectomeListener listener =
          builder(controller.endpoint())
              .optProbe(new NDList(manager.zeros(new Shape(PROBE, INPUTS + 1))))
              .build();

      train(3, listener);
    }

    assertThat(controller.outcomes).hasSize(1);
    assertThat(controller.outcomes.get(0).getEnd()).isEqualTo(TrainingEnd.TRAINING_END_COMPLETED);
    assertThat(controller.outcomes.get(0).getFinalEpoch()).isEqualTo(3);
    assertThat(published()).singleElement().matches(ActivationRecord::hasEndOfAttempt);
  }

  @Test
  void aListenerWithoutARunReportsTheRemedy() {
    assertThatThrownBy(() -> new ConnectomeListenerBuilder(Map.of()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CONNECTOME_RUN");
  }

  private ConnectomeListener listener(String endpoint) {
    return builder(endpoint).build();
  }

  private ConnectomeListenerBuilder builder(String endpoint) {
    return new ConnectomeListenerBuilder(Map.of())
        .optRun("mine")
        .optController(endpoint)
        .optKafka(broker.bootstrapServers())
        .optTopicPrefix(prefix)
        .optControllerTimeout(Duration.ofSeconds(5));
  }

  /** What a user writes. */
  private static void train(int epochs, TrainingListener... listeners) throws Exception {
    try (Model model = Model.newInstance("mine");
        NDManager manager = NDManager.newBaseManager()) {
      model.setBlock(
          new SequentialBlock()
              .add(Linear.builder().setUnits(8).build())
              .add(Activation::relu)
              .add(Linear.builder().setUnits(6).build())
              .add(Activation::relu)
              .add(Linear.builder().setUnits(2).build()));
      var config =
          new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
              .addEvaluator(new Accuracy())
              .addTrainingListeners(TrainingListener.Defaults.basic())
              .addTrainingListeners(listeners);
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(1, INPUTS));
        EasyTrain.fit(trainer, epochs, data(manager), null);
      }
    }
  }

  private static ArrayDataset data(NDManager manager) {
    var random = new Random(1);
    var inputs = new float[SAMPLES * INPUTS];
    var labels = new float[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      for (int j = 0; j < INPUTS; j++) {
        inputs[i * INPUTS + j] = (float) random.nextGaussian();
      }
      labels[i] = inputs[i * INPUTS] > 0 ? 1 : 0;
    }
    return new ArrayDataset.Builder()
        .setData(manager.create(inputs, new Shape(SAMPLES, INPUTS)))
        .optLabels(manager.create(labels))
        .setSampling(10, false)
        .build();
  }

  private List<ActivationRecord> published() throws Exception {
    List<ActivationRecord> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      var partition = new TopicPartition(prefix + "activations.v1", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          records.add(ActivationRecord.parseFrom(record.value()));
        }
      }
    }
    return records;
  }
}
