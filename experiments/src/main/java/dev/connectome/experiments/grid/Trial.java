package dev.connectome.experiments.grid;

import dev.connectome.experiments.rule.ComparedRules;
import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.KeptWeights;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One training of an experiment, to its full length.
 *
 * @param heldOut whether a tenth of the images is held out for a validation loss
 */
public record Trial(Setting setting, int seed, int epochs, boolean heldOut) {
  /** The label of all runs of experiments. */
  public static final String LABEL = "experiment";

  /** The label that tells apart runs with the same name and different definitions. */
  public static final String DEFINITION = "definition";

  private static final double HELD_OUT = 0.1;

  /**
   * Part of every definition. Change it whenever the same definition is trained or measured
   * differently than before: trainings recorded so far then no longer count.
   */
  private static final String METHOD_VERSION = "";

  /**
   * The trainings of an experiment: each setting and seed once with all images and once with some
   * held out. All settings of one seed come before the next seed, so that an experiment that is cut
   * short has whole settings.
   */
  public static List<Trial> of(List<? extends Setting> settings, Seeds seeds, int epochs) {
    List<Trial> trials = new ArrayList<>();
    for (int seed = seeds.first(); seed <= seeds.last(); seed++) {
      for (Setting setting : settings) {
        trials.add(new Trial(setting, seed, epochs, false));
        trials.add(new Trial(setting, seed, epochs, true));
      }
    }
    return List.copyOf(trials);
  }

  /** The run's id; the same training has the same id in every experiment. */
  public String name() {
    return "%s-e%d-s%d%s".formatted(setting.id(), epochs, seed, heldOut ? "-held-out" : "");
  }

  /** The key of the record of this training. */
  public String key() {
    return "%s/%d/%d/%s".formatted(setting.id(), seed, epochs, heldOut);
  }

  /**
   * Identifies how this training is trained and measured, independently of its name. The rules that
   * watch it are not included, as replay evaluates others; nor is the average of the weights, which
   * changes nothing else.
   */
  public String definition() {
    byte[] text = (specWithoutFolder().build() + METHOD_VERSION).getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(text).toString();
  }

  /**
   * The run, never stopped, with the rules that watch as shadow policies; {@code images} as the
   * trainer sees it.
   */
  public TrainingRun run(Path images) {
    TrainingSpec.Builder spec = specWithoutFolder().setKeep(KeptWeights.KEPT_WEIGHTS_AVERAGE);
    spec.getDataBuilder().setDirectory(images.resolve(setting.folder()).toString());
    TrainingRun.Builder run =
        TrainingRun.newBuilder()
            .putLabels(LABEL, "true")
            .putLabels(DEFINITION, definition())
            .setSpec(spec)
            .setPolicy(StoppingPolicy.newBuilder().setNever(NeverRule.getDefaultInstance()));
    ComparedRules.watching(heldOut).forEach(rule -> run.addShadowPolicies(rule.policy()));
    return run.build();
  }

  /** Updates of the weights in an epoch. */
  public int updatesPerEpoch() {
    TrainingSpec.Builder spec = specWithoutFolder();
    double samples =
        spec.getData().getTrainSamples() * (1 - spec.getData().getValidationFraction());
    return (int) Math.ceil(samples / spec.getBatchSize());
  }

  /** Length of the warm-up, in epochs. */
  public double warmUpEpochs() {
    return specWithoutFolder().getOptimizer().getSchedule().getWarmUpEpochs();
  }

  /** The spec without the folder of images, which may be anywhere. */
  private TrainingSpec.Builder specWithoutFolder() {
    TrainingSpec.Builder spec = setting.spec().setEpochs(epochs).setSeed(seed);
    if (heldOut) {
      spec.getDataBuilder().setValidationFraction(HELD_OUT);
    } else {
      spec.setPredictionChanges(true);
    }
    return spec;
  }
}
