package dev.connectome.controller.web;

import static org.awaitility.Awaitility.await;

import dev.connectome.controller.app.ControllerUnderTest;
import dev.connectome.controller.fixture.SignatureTopic;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.ListSignaturesRequest;
import dev.connectome.protos.run.v1.PatienceRule;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs on a controller with a real database and a real broker, whose trainers report what was
 * recorded of a real training, and obey.
 */
final class ObservedFleet implements AutoCloseable {

  private final RecordedTraining recorded = new RecordedTraining();
  private final SignatureTopic topic;
  private final ControllerUnderTest controller;
  private final Map<String, SimulatedTrainer> trainers = new HashMap<>();

  ObservedFleet() throws Exception {
    topic = new SignatureTopic(TestBroker.shared().bootstrapServers()).create();
    controller =
        ControllerUnderTest.start(
            TestDatabase.create(),
            Map.of(
                // Its trainers send a heartbeat only when they have got on.
                "connectome.heartbeat-interval",
                "10m",
                "connectome.kafka.bootstrap-servers",
                TestBroker.shared().bootstrapServers(),
                "connectome.kafka.topic-prefix",
                topic.prefix(),
                "connectome.kafka.group-id",
                topic.prefix()));
  }

  ControllerUnderTest controller() {
    return controller;
  }

  /** The policy that stops the recorded training at epoch 28. */
  static StoppingPolicy.Builder plateau() {
    return StoppingPolicy.newBuilder()
        .setPolicyId("plateau")
        .setPlateau(PlateauRule.newBuilder().setFraction(0.02));
  }

  static StoppingPolicy.Builder never() {
    return StoppingPolicy.newBuilder()
        .setNever(dev.connectome.protos.run.v1.NeverRule.getDefaultInstance());
  }

  /** Creates a run of 60 epochs and starts its trainer. */
  void start(String name, StoppingPolicy.Builder policy, int seed) throws Exception {
    var run =
        TrainingRun.newBuilder()
            .setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL)
            .setPolicy(policy)
            .putLabels("sweep", seed % 2 == 0 ? "even" : "odd")
            .addShadowPolicies(
                StoppingPolicy.newBuilder()
                    .setPolicyId("loss-patience")
                    .setMonitor("testLoss")
                    .setPatience(PatienceRule.newBuilder().setPatience(4)));
    run.getSpecBuilder().setEpochs(RecordedTraining.EPOCHS).setSeed(seed);
    TrainingRun created =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId(name)
                    .setTrainingRun(run)
                    .build());
    var trainer = new SimulatedTrainer(controller.channel(), created.getUid());
    trainers.put(name, trainer);
    trainer.register();
  }

  /** Trains a run from one epoch to another, and waits until the controller has all of it. */
  void train(String name, int from, int to) throws Exception {
    SimulatedTrainer trainer = trainers.get(name);
    double factor = 1 + (name.hashCode() & 7) / 40.0;
    for (int epoch = from; epoch <= to; epoch++) {
      topic.publish(recorded.signature(trainer.runUid(), epoch, factor));
    }
    var unused =
        trainer.heartbeat(
            TrainingProgress.newBuilder()
                .setCompletedEpochs(to)
                .setTotalEpochs(RecordedTraining.EPOCHS)
                .putAllMetrics(recorded.metrics(to)));
    await().until(() -> storedEpochs(name) == to);
  }

  private int storedEpochs(String name) {
    return controller
        .runs()
        .listSignatures(
            ListSignaturesRequest.newBuilder().setParent("runs/" + name).setPageSize(1000).build())
        .getSignaturesCount();
  }

  /** Ends a run as its trainer does that has obeyed the stop it was told. */
  void obey(String name, int finalEpoch) {
    SimulatedTrainer trainer = trainers.get(name);
    await().until(() -> !trainer.stopRequests().isEmpty());
    trainer.report(
        TrainingOutcome.newBuilder()
            .setEnd(TrainingEnd.TRAINING_END_STOPPED)
            .setFinalEpoch(finalEpoch)
            .setStopCommandId(trainer.stopRequests().get(0).getCommand().getCommandId())
            .putMetrics("testAccuracy", recorded.metrics(finalEpoch).get("testAccuracy")));
  }

  @Override
  public void close() {
    trainers.values().forEach(SimulatedTrainer::close);
    controller.close();
    topic.close();
  }
}
