package dev.connectome.experiments.grid;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GridTest {

  @Test
  void thePublishedRegimeHasBothDataSetsAndOptimisersAndFourNoiseLevels() {
    assertThat(Grid.PAPER.settings()).hasSize(16);
    assertThat(Trial.of(Grid.PAPER.settings(), Seeds.upTo(5), 80)).hasSize(160);
    assertThat(Trial.of(Grid.QUICK.settings(), Seeds.upTo(1), 30)).hasSize(16);
    assertThat(Grid.EXTENDED.settings()).startsWith(Grid.PAPER.settings().toArray(Setting[]::new));
  }

  private static List<Setting> everything() {
    List<Setting> settings = new ArrayList<>(Grid.EXTENDED.settings());
    settings.addAll(Grid.WIDE.settings());
    return settings;
  }

  @Test
  void recordedDefinitionsStayWhatTheyAre() {
    assertThat(Grid.EXTENDED.settings()).hasSize(16 + 8 * 8);
    assertThat(definitions(Grid.EXTENDED.settings()))
        .isEqualTo("25edaf56-2ef3-3362-b918-41f6854a17a8");
    assertThat(definitions(DrawnSetting.draw(1, 120)))
        .isEqualTo("9edd559d-6cb9-329f-a5d9-8833812f7b2f");
  }

  /** One checksum of the definitions of all trainings of some settings. */
  private static String definitions(List<Setting> settings) {
    String all =
        Trial.of(settings, Seeds.upTo(1), 40).stream()
            .map(Trial::definition)
            .collect(Collectors.joining());
    return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).toString();
  }

  @Test
  void aWideDrawChangesMostSettingsOfThePlainOneAndHasAllKindsOfChanges() {
    List<Setting> plain = DrawnSetting.draw(1, 120);
    List<Setting> wide = DrawnSetting.drawWide(1, 120);

    assertThat(DrawnSetting.drawWide(1, 40)).isEqualTo(wide.subList(0, 40));
    assertThat(wide).extracting(Setting::id).doesNotContainAnyElementsOf(ids(plain));
    int same = 0;
    for (int i = 0; i < 120; i++) {
      same += wide.get(i).spec().build().equals(plain.get(i).spec().build()) ? 1 : 0;
    }
    assertThat(same).isBetween(10, 60);
    assertThat(wide).anyMatch(setting -> setting.spec().getAugmentation().getMixup() > 0);
    assertThat(wide).anyMatch(setting -> setting.spec().getAugmentation().getShift() > 0);
    assertThat(wide).anyMatch(setting -> setting.spec().getAugmentation().getLabelSmoothing() > 0);
    assertThat(wide).anyMatch(setting -> setting.spec().getData().getClassImbalance() > 1);
    assertThat(wide)
        .allMatch(
            setting -> setting.spec().getBatchSize() <= setting.spec().getData().getTrainSamples());
  }

  private static List<String> ids(List<Setting> settings) {
    return settings.stream().map(Setting::id).toList();
  }

  @Test
  void everyTrainingHasAUniqueValidName() {
    List<Trial> trials = Trial.of(everything(), Seeds.upTo(2), 80);

    assertThat(trials).extracting(Trial::name).doesNotHaveDuplicates();
    assertThat(trials)
        .allSatisfy(trial -> assertThat(trial.name()).matches("[a-z][a-z0-9-]{0,61}[a-z0-9]"));
  }

  @Test
  void everySettingIsADifferentTraining() {
    var specs = new HashSet<TrainingSpec>();
    everything().forEach(setting -> specs.add(trial(setting, false).getSpec()));

    assertThat(specs).hasSameSizeAs(everything());
  }

  @Test
  void usesTheHyperparametersOfThePaper() {
    TrainingSpec spec =
        trial(new DataLimitedSetting(DataSet.FASHION_MNIST, "adam", 20, Variant.BASE), false)
            .getSpec();

    assertThat(spec.getModel().getHiddenWidthsList()).containsExactly(256, 128);
    assertThat(spec.getOptimizer().getLearningRate()).isEqualTo(3e-4);
    assertThat(spec.getBatchSize()).isEqualTo(50);
    assertThat(spec.getData().getLabelNoise()).isEqualTo(0.2);
    assertThat(spec.getData().getTrainSamples()).isEqualTo(6_000);
    assertThat(spec.getData().getDirectory()).isEqualTo("/images/fashion-mnist");
  }

  @Test
  void aDrawDependsOnItsSeedAloneAndALongerOneBeginsWithTheSame() {
    List<Setting> draw = DrawnSetting.draw(7, 120);

    assertThat(DrawnSetting.draw(7, 40)).isEqualTo(draw.subList(0, 40));
    assertThat(DrawnSetting.draw(8, 40)).doesNotContainAnyElementsOf(draw);
    assertThat(draw).extracting(Setting::id).doesNotHaveDuplicates();
    assertThat(draw).extracting(Setting::spec).extracting(Object::toString).doesNotHaveDuplicates();
  }

  @Test
  void aDrawHasSlowStartsAndNothingThatATrainerRefuses() {
    List<Trial> trials = Trial.of(DrawnSetting.draw(1, 120), Seeds.upTo(1), 40);

    assertThat(trials).anyMatch(trial -> trial.updatesPerEpoch() <= 5);
    assertThat(trials).anyMatch(trial -> trial.warmUpEpochs() > 0);
    assertThat(trials)
        .allSatisfy(
            trial -> {
              TrainingSpec spec = trial.run(Path.of("/images")).getSpec();
              double trained =
                  spec.getData().getTrainSamples() * (1 - spec.getData().getValidationFraction());
              assertThat((double) spec.getBatchSize()).isLessThanOrEqualTo(trained);
              assertThat(trial.warmUpEpochs()).isLessThan(trial.epochs());
            });
  }

  @Test
  void trainsOnAllOfCifarUnlessFewerImagesAreRequested() {
    Setting all = new ArchitectureLimitedSetting(Cifar.CIFAR_10, "adam", 0);
    Setting some = new ArchitectureLimitedSetting(Cifar.CIFAR_10, "adam", 5000);

    assertThat(trial(all, false).getSpec().getData().getTrainFraction()).isEqualTo(1);
    assertThat(trial(all, false).getSpec().getData().getDirectory())
        .isEqualTo("/images/cifar-10-batches-bin");
    assertThat(trial(some, false).getSpec().getData().getTrainSamples()).isEqualTo(5000);
    assertThat(new Trial(all, 1, 80, false).name()).isEqualTo("cifar-10-vgg-adam-e80-s1");
  }

  @Test
  void runsAreNeverStoppedAndWatchedByTheMatchingRules() {
    Setting setting = new DataLimitedSetting(DataSet.MNIST, "sgd", 0, Variant.BASE);
    TrainingRun all = trial(setting, false);
    TrainingRun heldOut = trial(setting, true);

    assertThat(all.getPolicy().hasNever()).isTrue();
    assertThat(all.getSpec().getData().getValidationFraction()).isZero();
    assertThat(all.getShadowPoliciesList())
        .hasSizeLessThanOrEqualTo(16)
        .noneMatch(policy -> policy.getMonitor().equals("validationLoss"));
    assertThat(heldOut.getSpec().getData().getValidationFraction()).isEqualTo(0.1);
    assertThat(heldOut.getShadowPoliciesList())
        .allMatch(policy -> policy.getMonitor().equals("validationLoss"));
  }

  @Test
  void definitionsDoNotDependOnTheImageFolder() {
    Trial trial =
        new Trial(new DataLimitedSetting(DataSet.MNIST, "sgd", 0, Variant.BASE), 1, 80, false);

    assertThat(trial.run(Path.of("/one")).getLabelsOrThrow(Trial.DEFINITION))
        .isEqualTo(trial.run(Path.of("/other")).getLabelsOrThrow(Trial.DEFINITION));
  }

  private static TrainingRun trial(Setting setting, boolean heldOut) {
    return new Trial(setting, 1, 80, heldOut).run(Path.of("/images"));
  }
}
