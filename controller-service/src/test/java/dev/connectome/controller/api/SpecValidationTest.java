package dev.connectome.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import dev.connectome.controller.api.Rejection.Violation;
import dev.connectome.protos.trainer.v1.CheckpointSpec;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ScheduleSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpecValidationTest {

  private final List<Violation> violations = new ArrayList<>();

  private TrainingSpec complete(TrainingSpec.Builder asked) {
    return SpecValidation.complete(asked.build(), 0, violations);
  }

  private static TrainingSpec.Builder schedule(ScheduleSpec.Builder schedule) {
    return TrainingSpec.newBuilder()
        .setEpochs(20)
        .setOptimizer(OptimizerSpec.newBuilder().setSchedule(schedule));
  }

  private void assertRejected(String field, String problem) {
    assertThat(violations)
        .extracting(Violation::field, Violation::problem)
        .containsExactly(tuple("training_run.spec." + field, problem));
  }

  @Test
  void aScheduleIsStoredWithTheDefaultsOfItsKindAlone() {
    ScheduleSpec constant = complete(TrainingSpec.newBuilder()).getOptimizer().getSchedule();
    ScheduleSpec step =
        complete(schedule(ScheduleSpec.newBuilder().setName("step"))).getOptimizer().getSchedule();

    assertThat(constant.getName()).isEqualTo("constant");
    assertThat(constant.hasStepEpochs()).isFalse();
    assertThat(step.getStepEpochs()).isEqualTo(30);
    assertThat(step.getFactor()).isEqualTo(0.1);
    assertThat(step.hasFinalFraction()).isFalse();
    assertThat(violations).isEmpty();
  }

  @Test
  void aScheduleThatDoesNotExistIsRefused() {
    complete(schedule(ScheduleSpec.newBuilder().setName("linear")));

    assertRejected(
        "optimizer.schedule.name", "must be one of [constant, cosine, step], not \"linear\"");
  }

  @Test
  void aSettingThatTheScheduleWouldIgnoreIsRefused() {
    complete(schedule(ScheduleSpec.newBuilder().setName("cosine").setFactor(0.5)));

    assertRejected(
        "optimizer.schedule.factor", "is for the schedule step, not for cosine; leave it out");
  }

  @Test
  void aWarmUpAsLongAsTheBudgetIsRefused() {
    complete(schedule(ScheduleSpec.newBuilder().setWarmUpEpochs(20)));

    assertRejected(
        "optimizer.schedule.warm_up_epochs",
        "must be 0 or above and below the 20 epochs of the budget, not 20.0");
  }

  private static TrainingSpec.Builder model(ModelSpec.Builder model) {
    return TrainingSpec.newBuilder().setModel(model);
  }

  private static TrainingSpec.Builder data(DataSpec.Builder data) {
    return TrainingSpec.newBuilder().setData(data);
  }

  @Test
  void eachModelHasLayersOfItsOwnByDefault() {
    ModelSpec vgg = complete(model(ModelSpec.newBuilder().setName("vgg"))).getModel();
    ModelSpec leNet = complete(model(ModelSpec.newBuilder().setName("lenet5"))).getModel();

    assertThat(vgg.getHiddenWidthsList()).containsExactly(256, 128);
    assertThat(vgg.getChannels()).isEqualTo(32);
    assertThat(leNet.getHiddenWidthsList()).containsExactly(120, 84);
    assertThat(leNet.hasChannels()).isFalse();
    assertThat(violations).isEmpty();
  }

  @Test
  void aResidualNetworkHasChannelsAndADepthAndNothingElse() {
    ModelSpec usual = complete(model(ModelSpec.newBuilder().setName("resnet"))).getModel();

    assertThat(usual.getChannels()).isEqualTo(16);
    assertThat(usual.getDepth()).isEqualTo(8);
    assertThat(usual.getHiddenWidthsList()).isEmpty();
    assertThat(violations).isEmpty();

    complete(
        model(
            ModelSpec.newBuilder()
                .setName("resnet")
                .setDepth(18)
                .addHiddenWidths(5)
                .setDropout(0.1)));
    complete(model(ModelSpec.newBuilder().setDepth(8)));

    assertThat(violations)
        .extracting(Violation::problem)
        .containsExactly(
            "must be 8, 14, 20 and so on up to 110, not 18",
            "are not for resnet; leave them out",
            "is not for resnet; leave it out",
            "is for resnet, not for mlp; leave it out");
  }

  @Test
  void everyEpochHasACheckpointWhereAPolicyMayGoBackToIt() {
    TrainingSpec asked =
        TrainingSpec.newBuilder()
            .setCheckpoint(CheckpointSpec.newBuilder().setEveryEpochs(3))
            .build();

    SpecValidation.complete(asked, 5, violations);
    assertThat(violations)
        .extracting(Violation::problem)
        .containsExactly(
            "must be 1, not 3, where a policy may ask for the weights of an earlier epoch");

    violations.clear();
    assertThat(complete(asked.toBuilder()).getCheckpoint().getEveryEpochs()).isEqualTo(3);
    assertThat(violations).isEmpty();
  }

  @Test
  void aNetworkFromAJarIsLeftToTheTrainer() {
    ModelSpec asked =
        ModelSpec.newBuilder().setName("acme.wide-net").putSettings("width", "5").build();

    ModelSpec model = complete(model(asked.toBuilder())).getModel();

    assertThat(violations).isEmpty();
    assertThat(model.getName()).isEqualTo("acme.wide-net");
    assertThat(model.getHiddenWidthsList()).isEmpty();
    assertThat(model.getSettingsMap()).containsExactly(entry("width", "5"));
  }

  @Test
  void settingsThatAModelWouldIgnoreAreRefused() {
    complete(model(ModelSpec.newBuilder().setChannels(5).putSettings("a", "b")));

    assertThat(violations)
        .extracting(Violation::problem)
        .containsExactly(
            "is for vgg and resnet, not for mlp; leave it out",
            "are for a network in a jar, not for mlp; leave them out");
  }

  @Test
  void aFractionOfTheTrainingImagesReplacesTheirNumber() {
    DataSpec data = complete(data(DataSpec.newBuilder().setTrainFraction(0.1))).getData();

    assertThat(data.hasTrainSamples()).isFalse();
    assertThat(data.getFormat()).isEqualTo("auto");
    assertThat(violations).isEmpty();
  }

  @Test
  void aFractionAndANumberOfTrainingImagesAreTooMuch() {
    complete(data(DataSpec.newBuilder().setTrainFraction(0.1).setTrainSamples(600)));

    assertRejected(
        "data.train_fraction", "is instead of data.train_samples; leave one of them out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "auto", "cpu", "gpu", "gpu:3"})
  void aDeviceIsPassedOn(String device) {
    assertThat(complete(TrainingSpec.newBuilder().setDevice(device)).getDevice()).isEqualTo(device);
    assertThat(violations).isEmpty();
  }

  @Test
  void whatIsNoDeviceIsRefused() {
    complete(TrainingSpec.newBuilder().setDevice("gpu:one"));

    assertRejected("device", "must be auto, cpu, gpu or gpu:N, not \"gpu:one\"");
  }
}
