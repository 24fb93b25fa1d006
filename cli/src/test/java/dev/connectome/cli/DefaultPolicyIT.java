package dev.connectome.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.ControllerException;
import dev.connectome.client.RunStates;
import dev.connectome.client.Signatures;
import dev.connectome.platform.Installation;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformOptions;
import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UnmovedSeries;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the default policy does to real trainings of the shapes that mislead stopping rules. */
class DefaultPolicyIT {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int EPOCHS = 40;
  private static final int EPOCHS_STILL = 12;
  private static final StoppingPolicy DEFAULT =
      StoppingPolicy.newBuilder().setPolicyId("default").build();

  private static final StoppingPolicy NEVER =
      StoppingPolicy.newBuilder().setNever(NeverRule.getDefaultInstance()).build();

  /** Two points of accuracy. */
  private static final double TOLERANCE = 0.02;

  private enum Shape {
    USUAL(spec -> {}),
    /** Five small updates an epoch. */
    SLOW_START(
        spec -> {
          spec.setBatchSize(300);
          spec.getOptimizerBuilder().setLearningRate(0.004);
        }),
    /** A long warm-up. */
    FLAT_START(spec -> spec.getOptimizerBuilder().getScheduleBuilder().setWarmUpEpochs(15)),
    /** Labels that cannot be met. */
    FLOOR(spec -> spec.getAugmentationBuilder().setLabelSmoothing(0.3).setMixup(0.5)),
    /** Wrong labels, mini-batches of 10 and large steps. */
    NOISY_FLOOR(
        spec -> {
          spec.setBatchSize(10);
          spec.getDataBuilder().setLabelNoise(0.4);
          spec.getOptimizerBuilder().setLearningRate(0.02);
        }),
    /** Steps a tenth as large every 12 epochs. */
    DECAYED_STEP(
        spec ->
            spec.getOptimizerBuilder()
                .getScheduleBuilder()
                .setName("step")
                .setStepEpochs(12)
                .setFactor(0.1));

    private final Consumer<TrainingSpec.Builder> change;

    Shape(Consumer<TrainingSpec.Builder> change) {
      this.change = change;
    }

    String id() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @TempDir static Path stateDirectory;
  private static Platform platform;
  private static ConnectomeClient client;

  /** All trainings but one at once, so that no test waits while nothing is trained. */
  @BeforeAll
  static void start() throws Exception {
    platform =
        Platform.start(
            new PlatformOptions(
                Installation.current(), stateDirectory, null, 2, PlatformOptions.Ports.ANY),
            line -> {});
    client = ConnectomeClient.to(platform.endpoints().controller().grpc());
    create("resumed", spec(Shape.USUAL).setEpochs(10 * EPOCHS), TrainingRun.newBuilder());
    for (Shape shape : Shape.values()) {
      create(
          shape.id(),
          spec(shape),
          TrainingRun.newBuilder().setPolicy(NEVER).addShadowPolicies(DEFAULT));
    }
    TrainingSpec.Builder still = spec(Shape.USUAL).setEpochs(EPOCHS_STILL);
    still.getOptimizerBuilder().setLearningRate(1e-7);
    create("never-begins", still, TrainingRun.newBuilder().setPolicy(DEFAULT));
  }

  @AfterAll
  static void stop() {
    client.close();
    platform.close();
  }

  private static TrainingSpec.Builder spec(Shape shape) {
    TrainingSpec.Builder spec =
        TrainingSpec.newBuilder()
            .setEpochs(EPOCHS)
            .setTestEveryEpochs(1)
            .setKeep(KeptWeights.KEPT_WEIGHTS_AVERAGE);
    spec.getModelBuilder().addHiddenWidths(48).addHiddenWidths(24);
    spec.getDataBuilder().setTrainSamples(1_500);
    shape.change.accept(spec);
    return spec;
  }

  private static void create(String id, TrainingSpec.Builder spec, TrainingRun.Builder run) {
    client.create(id, run.setSpec(spec).build());
  }

  private static TrainingRun awaitRun(String id, Predicate<TrainingRun> condition) {
    return await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(200))
        .ignoreException(ControllerException.class)
        .until(() -> client.get(id), condition);
  }

  private static TrainingRun ended(String id) {
    return awaitRun(id, run -> RunStates.ended(run.getState()));
  }

  /** The series of a run, once all of them are there. */
  private static List<SignatureRecord> series(String id, int epochs) {
    return await()
        .atMost(LONG)
        .until(
            () -> Signatures.latest(client.signatures(id).toList()), all -> all.size() >= epochs);
  }

  private static double averaged(SignatureRecord signature) {
    return signature.getMetricsOrThrow("averagedTestAccuracy");
  }

  @ParameterizedTest
  @EnumSource
  void stoppedOrNotItKeepsWhatTheFullBudgetWouldHaveKept(Shape shape) {
    ended(shape.id());
    List<SignatureRecord> series = series(shape.id(), EPOCHS);
    double full = averaged(series.get(EPOCHS - 1));
    TrainingRun run = client.get(shape.id());

    assertThat(full).isGreaterThan(0.4);
    run.getShadowDecisionsList()
        .forEach(
            decision ->
                assertThat(averaged(series.get(decision.getStopEpoch() - 1)))
                    .as("at epoch %d", decision.getStopEpoch())
                    .isGreaterThanOrEqualTo(full - TOLERANCE));
    if (shape == Shape.FLAT_START) {
      assertThat(run.getShadowDecisionsList()).allMatch(decision -> decision.getStopEpoch() > 15);
    }
  }

  @Test
  void aRunThatNeverBeginsToLearnIsNotStoppedAndSaysSo() {
    TrainingRun run = ended("never-begins");
    series("never-begins", EPOCHS_STILL);

    assertThat(run.getState()).isEqualTo(RunState.RUN_STATE_COMPLETED);
    TrainingRun judged =
        awaitRun(
            "never-begins",
            now ->
                now.getPolicyHoldsCount() > 0 && now.getPolicyHolds(0).getEpoch() == EPOCHS_STILL);
    assertThat(judged.getPolicyHolds(0).getMessage()).contains("has not begun to learn");
    assertThat(judged.getPolicyHolds(0).getUnmovedSeriesList())
        .extracting(UnmovedSeries::getSeries)
        .contains("trainLoss");
  }

  private static int usualStop() {
    ended("usual");
    series("usual", EPOCHS);
    return awaitRun("usual", run -> run.getShadowDecisionsCount() == 1)
        .getShadowDecisions(0)
        .getStopEpoch();
  }

  @Test
  void aTrainingThatIsKilledAndRestartedIsJudgedAsIfItHadNotBeen() throws Exception {
    create(
        "restarted",
        spec(Shape.USUAL).setEpochs(10 * EPOCHS),
        TrainingRun.newBuilder().setPolicy(NEVER).addShadowPolicies(DEFAULT));
    series("restarted", 2);
    TrainingRun running = client.get("restarted");
    Path process =
        stateDirectory.resolve(Path.of("runs", running.getUid(), "attempts", "1", "trainer.pid"));
    ProcessHandle.of(Long.parseLong(Files.readAllLines(process).get(0)))
        .orElseThrow()
        .destroyForcibly();

    TrainingRun restarted =
        awaitRun(
            "restarted",
            run ->
                run.getState() == RunState.RUN_STATE_RUNNING
                    && run.getAttempt() == 2
                    && run.getShadowDecisionsCount() == 1);
    client.stop("restarted", StopMode.STOP_MODE_GRACEFUL, "seen enough");

    // The first snapshot of the second attempt has no distance to the one before.
    assertThat(restarted.getShadowDecisions(0).getStopEpoch())
        .isBetween(usualStop(), usualStop() + 2);
  }

  @Test
  void aTrainingThatIsResumedIsNotStoppedAgainByTheSameDecision() {
    TrainingRun stopped = ended("resumed");
    assertThat(stopped.getState()).isEqualTo(RunState.RUN_STATE_STOPPED);
    int stop = stopped.getDecision().getStopEpoch();
    assertThat(stop).isEqualTo(usualStop());

    client.resume("resumed");

    TrainingRun goesOn =
        awaitRun(
            "resumed",
            run ->
                run.getProgress().getCompletedEpochs() >= stopped.getOutcome().getFinalEpoch() + 10
                    || RunStates.ended(run.getState()));
    assertThat(goesOn.getRevokedDecisionsList())
        .singleElement()
        .satisfies(decision -> assertThat(decision.getStopEpoch()).isEqualTo(stop));
    assertThat(goesOn.getDecision().getStopEpoch()).isNotEqualTo(stop);
    if (!RunStates.ended(goesOn.getState())) {
      client.stop("resumed", StopMode.STOP_MODE_GRACEFUL, "seen enough");
    }
  }
}
