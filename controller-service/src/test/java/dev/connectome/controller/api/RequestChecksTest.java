package dev.connectome.controller.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.api.FieldBehavior;
import com.google.api.FieldBehaviorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Duration;
import dev.connectome.controller.api.ApiErrors.Violation;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.protos.run.v1.AnyRule;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.EnvironmentSource;
import dev.connectome.protos.run.v1.KubernetesSpec;
import dev.connectome.protos.run.v1.PatienceRule;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.SecretVariable;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.Toleration;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceProto;
import dev.connectome.protos.run.v1.VolumeSpec;
import dev.connectome.protos.trainer.v1.CheckpointSpec;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.ScheduleSpec;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceProto;
import dev.connectome.protos.trainer.v1.TrainerReportServiceProto;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestChecksTest {

  private final List<Violation> violations = new ArrayList<>();

  private TrainingSpec complete(TrainingSpec.Builder asked) {
    violations.addAll(RequestChecks.violations(create(TrainingRun.newBuilder().setSpec(asked))));
    return SpecDefaults.complete(asked.build(), 0, Optional.empty());
  }

  private static CreateTrainingRunRequest create(TrainingRun.Builder run) {
    return CreateTrainingRunRequest.newBuilder().setTrainingRun(run).build();
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
    TrainingRun.Builder asked =
        TrainingRun.newBuilder()
            .setSpec(
                TrainingSpec.newBuilder()
                    .setCheckpoint(CheckpointSpec.newBuilder().setEveryEpochs(3)));

    assertThat(
            RunRequests.definition(asked.build(), LauncherType.EXTERNAL)
                .spec()
                .getCheckpoint()
                .getEveryEpochs())
        .isEqualTo(3);

    asked.setPolicy(
        StoppingPolicy.newBuilder().setPatience(PatienceRule.newBuilder().setRestoreBest(true)));
    assertThatThrownBy(() -> RunRequests.definition(asked.build(), LauncherType.EXTERNAL))
        .hasMessageContaining("training_run.spec.checkpoint.every_epochs must be 1, not 3");
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

  static Stream<Arguments> wrongFields() {
    return Stream.of(
        arguments("labels", TrainingRun.newBuilder().putLabels("a b", "c"), "\"a b\""),
        arguments("labels", TrainingRun.newBuilder().putLabels("", "c"), "must not be empty"),
        arguments(
            "launcher", TrainingRun.newBuilder().setLauncherValue(99), "must be one of [LAUNCHER"),
        arguments(
            "spec.model.hidden_widths",
            TrainingRun.newBuilder().setSpec(model(ModelSpec.newBuilder().addHiddenWidths(0))),
            "must be 1 to 65536, not 0"),
        arguments(
            "spec.model.dropout",
            TrainingRun.newBuilder().setSpec(model(ModelSpec.newBuilder().setDropout(Double.NaN))),
            "must be 0 or above and below 1, not NaN"),
        arguments(
            "spec.data.train_samples",
            TrainingRun.newBuilder().setSpec(data(DataSpec.newBuilder().setTrainSamples(49))),
            "must be 50 or more, as many as a mini-batch, not 49"),
        arguments(
            "kubernetes.requests",
            kubernetes(KubernetesSpec.newBuilder().putRequests("cpu", "much")),
            "\"much\""),
        arguments(
            "kubernetes.tolerations.operator",
            kubernetes(KubernetesSpec.newBuilder().addTolerations(Toleration.newBuilder())),
            "must be Exists where the key is empty"),
        arguments(
            "kubernetes.active_deadline",
            kubernetes(
                KubernetesSpec.newBuilder()
                    .setActiveDeadline(Duration.newBuilder().setNanos(500_000_000))),
            "must be whole seconds, 1 or more and below 315360000 (10 years), not 0.5"),
        arguments(
            "kubernetes.environment",
            kubernetes(KubernetesSpec.newBuilder().putEnvironment("CONNECTOME_RUN_UID", "x")),
            "not with CONNECTOME_, not \"CONNECTOME_RUN_UID\""),
        arguments(
            "kubernetes.parameters",
            kubernetes(KubernetesSpec.newBuilder().putParameters("learning-rate", "1")),
            "\"learning-rate\""),
        arguments(
            "kubernetes.parameters",
            kubernetes(manyParameters()),
            "must have at most 65536 characters together, not 69700"),
        arguments(
            "kubernetes.pods",
            kubernetes(KubernetesSpec.newBuilder().setPods(0)),
            "must be 1 to 1000, not 0"),
        arguments(
            "kubernetes.volumes.mount_path",
            volume("a", "/var/lib/connectome/../../../etc"),
            "without \"..\""),
        arguments(
            "kubernetes.volumes.mount_path",
            volume("a", "//etc/connectome/token/"),
            "must be a folder of its own"),
        arguments("kubernetes.volumes.name", volume("checkpoints", "/a"), "another volume's"),
        arguments("kubernetes.volumes", volume("a", "/a"), "must name a claim, secret, config_map"),
        arguments(
            "kubernetes.environment_from",
            kubernetes(
                KubernetesSpec.newBuilder()
                    .addEnvironmentFrom(EnvironmentSource.getDefaultInstance())),
            "must name a secret or a config_map"),
        arguments(
            "kubernetes.secret_environment.name",
            kubernetes(
                KubernetesSpec.newBuilder()
                    .putEnvironment("A", "1")
                    .addSecretEnvironment(
                        SecretVariable.newBuilder().setName("A").setSecret("b").setKey("c"))),
            "must not be \"A\" twice"),
        arguments("policy", policy(nested(2, 65)), "must have at most 64 rules, not 130"),
        arguments(
            "policy",
            policy(
                StoppingPolicy.newBuilder().setPatience(PatienceRule.newBuilder().setPatience(0))),
            "patience must be 1 or more, not 0"));
  }

  private static TrainingRun.Builder kubernetes(KubernetesSpec.Builder kubernetes) {
    return TrainingRun.newBuilder().setKubernetes(kubernetes);
  }

  private static TrainingRun.Builder volume(String name, String path) {
    return kubernetes(
        KubernetesSpec.newBuilder()
            .addVolumes(VolumeSpec.newBuilder().setName(name).setMountPath(path)));
  }

  private static KubernetesSpec.Builder manyParameters() {
    var spec = KubernetesSpec.newBuilder();
    for (int i = 0; i < 17; i++) {
      spec.putParameters("abcd" + (char) ('a' + i) + "efgh", "x".repeat(4_091));
    }
    return spec;
  }

  private static TrainingRun.Builder policy(StoppingPolicy.Builder policy) {
    return TrainingRun.newBuilder().setPolicy(policy);
  }

  private static StoppingPolicy.Builder nested(int groups, int leavesEach) {
    var any = AnyRule.newBuilder();
    for (int i = 0; i < leavesEach; i++) {
      any.addPolicies(StoppingPolicy.newBuilder().setPlateau(PlateauRule.getDefaultInstance()));
    }
    var outer = AnyRule.newBuilder();
    for (int i = 0; i < groups; i++) {
      outer.addPolicies(StoppingPolicy.newBuilder().setAny(any));
    }
    return StoppingPolicy.newBuilder().setAny(outer);
  }

  @ParameterizedTest
  @MethodSource("wrongFields")
  void aWrongFieldIsNamedWithItsValueAndWhatIsAllowed(
      String field, TrainingRun.Builder run, String problem) {
    assertThat(RequestChecks.violations(create(run)))
        .anySatisfy(
            violation -> {
              assertThat(violation.field()).isEqualTo("training_run." + field);
              assertThat(violation.problem()).contains(problem);
            });
  }

  @Test
  void textIsMeasuredBeforeItIsMatched() {
    var request =
        CreateTrainingRunRequest.newBuilder().setTrainingRunId("a".repeat(1_000_000)).build();

    assertThat(RequestChecks.violations(request))
        .containsExactly(
            new Violation("training_run_id", "must be at most 63 characters, not 1000000"));
  }

  @Test
  void anOutcomeMustSayHowTheAttemptEnded() {
    var request =
        ReportOutcomeRequest.newBuilder()
            .setRunUid(UUID.randomUUID().toString())
            .setInstanceId("me");

    assertThat(RequestChecks.violations(request.build()))
        .extracting(Violation::field)
        .containsExactly("outcome");
    assertThat(
            RequestChecks.violations(
                request.setOutcome(TrainingOutcome.getDefaultInstance()).build()))
        .extracting(Violation::field)
        .containsExactly("outcome.end");
  }

  @Test
  void outputOnlyFieldsAreIgnored() {
    var run = TrainingRun.newBuilder().setUid("x".repeat(10_000)).setAttempt(-1);

    assertThat(RequestChecks.violations(create(run))).isEmpty();
  }

  static Stream<Descriptor> requests() {
    return Stream.of(
            TrainingRunServiceProto.getDescriptor(),
            TrainerRegistryServiceProto.getDescriptor(),
            TrainerReportServiceProto.getDescriptor())
        .flatMap(file -> file.getServices().stream())
        .flatMap(service -> service.getMethods().stream())
        .map(MethodDescriptor::getInputType);
  }

  @ParameterizedTest
  @MethodSource("requests")
  void everyFieldOfEveryRequestHasALimit(Descriptor request) {
    assertThat(withoutLimit(request, new HashSet<>())).isEmpty();
  }

  private static List<String> withoutLimit(Descriptor message, Set<Descriptor> seen) {
    List<String> missing = new ArrayList<>();
    for (FieldDescriptor field :
        seen.add(message) ? message.getFields() : List.<FieldDescriptor>of()) {
      boolean isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      boolean unbounded =
          field.isRepeated()
              || !isMessage
              || field.getMessageType().equals(Duration.getDescriptor());
      if (field
              .getOptions()
              .getExtension(FieldBehaviorProto.fieldBehavior)
              .contains(FieldBehavior.OUTPUT_ONLY)
          || field.getJavaType() == FieldDescriptor.JavaType.BOOLEAN) {
        continue;
      }
      if (unbounded && FieldLimits.of(field).isEmpty()) {
        missing.add(field.getFullName());
      } else if (isMessage
          && !field.isMapField()
          && !field.getMessageType().equals(Duration.getDescriptor())) {
        missing.addAll(withoutLimit(field.getMessageType(), seen));
      }
    }
    return missing;
  }
}
