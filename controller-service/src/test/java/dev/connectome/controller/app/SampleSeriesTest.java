package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.SignatureTopic;
import dev.connectome.controller.fixture.Signatures;
import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.ListSignaturesRequest;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.ReplayPolicyRequest;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.signature.v1.SampleSignals;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Policies on the series of the sample graph, from signatures on a real broker. */
class SampleSeriesTest {

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
  void aRunIsStoppedWhenItsNeighboursDisagreeNoMoreAndOtherSeriesCanBeReplayed() throws Exception {
    String uid = controller.createExternal("a", plateau("neighbourDisagreement")).getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      double[] agreement = {-0.25, 0.3, 0.75, 0.75};
      for (int epoch = 1; epoch <= 4; epoch++) {
        SampleSignals.Builder signals =
            SampleSignals.newBuilder()
                .setNeighbourAgreement(agreement[epoch - 1])
                .setTreeAgreement(epoch < 3 ? 0 : 0.5)
                .setPredictedClassConcentration(1.0 / epoch);
        if (epoch > 1) {
          signals.setNeighbourTurnover(epoch < 4 ? 1 : 0.125);
        }
        topic.publish(record(uid, epoch, signals));
      }
      await().until(() -> !trainer.stopRequests().isEmpty());
    }

    assertThat(controller.get("a").getDecision().getMonitor()).isEqualTo("neighbourDisagreement");
    assertThat(controller.get("a").getDecision().getStopEpoch()).isEqualTo(4);
    assertThat(controller.get("a").getDecision().getMessage()).contains("peak 1.250");
    assertThat(replayed("treeDisagreement").getDecision().getStopEpoch()).isEqualTo(4);
    assertThat(replayed("predictedClassConcentration").getDecision().getStopEpoch()).isEqualTo(3);
    assertThat(replayed("neighbourTurnover").hasDecision()).isFalse();
    assertThat(
            controller
                .runs()
                .listSignatures(ListSignaturesRequest.newBuilder().setParent("runs/a").build())
                .getSignatures(3)
                .getSignature()
                .getSampleSignals()
                .getNeighbourTurnover())
        .isEqualTo(0.125);
  }

  @Test
  void whySeriesOfTheSampleGraphAreMissingIsTold() throws Exception {
    var policy = plateau("neighbourDisagreement");
    String uid = controller.createExternal("a", policy).getUid();
    try (var trainer = new SimulatedTrainer(controller.channel(), uid)) {
      trainer.register();
      for (int epoch = 1; epoch <= 3; epoch++) {
        topic.publish(record(uid, epoch, SampleSignals.newBuilder().setNeighbourTurnover(0.5)));
      }
      await().until(() -> controller.eventKinds("a").contains("SERIES_MISSING"));
    }

    List<RunEvent> events =
        controller
            .runs()
            .listRunEvents(ListRunEventsRequest.newBuilder().setParent("runs/a").build())
            .getEventsList();
    assertThat(events)
        .filteredOn(event -> event.getKind().equals("SERIES_MISSING"))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.getMessage())
                    .contains("no value of neighbourDisagreement")
                    .contains("the trainer does not publish predicted classes"));
  }

  private ReplayPolicyResponse replayed(String monitor) {
    return controller
        .runs()
        .replayPolicy(
            ReplayPolicyRequest.newBuilder().setName("runs/a").setPolicy(plateau(monitor)).build());
  }

  /** Half of the peak, twice. */
  private static StoppingPolicy.Builder plateau(String monitor) {
    return StoppingPolicy.newBuilder()
        .setMonitor(monitor)
        .setPlateau(PlateauRule.newBuilder().setFraction(0.5).setConfirm(2));
  }

  private static SignatureRecord record(String uid, int epoch, SampleSignals.Builder signals) {
    SignatureRecord.Builder record = Signatures.of(uid, 1, epoch, 1).toBuilder();
    record.getSignatureBuilder().setSampleSignals(signals);
    return record.build();
  }
}
