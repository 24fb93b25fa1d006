package dev.connectome.experiments.grid;

import dev.connectome.experiments.rule.ComparedRules;
import dev.connectome.protos.run.v1.NeverRule;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One training of an experiment, to the end of its length.
 *
 * @param setting what is trained
 * @param seed of everything random
 * @param epochs how long
 * @param heldOut whether a tenth of the images is held out for a validation loss
 */
public record Trial(Setting setting, int seed, int epochs, boolean heldOut) {
  /** The label that all runs of experiments have. */
  public static final String LABEL = "experiment";

  /** The label that tells runs of one name but of different definitions from one another. */
  public static final String DEFINITION = "definition";

  private static final double HELD_OUT = 0.1;

  /**
   * A part of every definition. Give it another value when what stands in a definition is trained
   * or measured otherwise than before: trainings recorded until then are then others.
   */
  private static final String METHOD_VERSION = "";

  /**
   * The trainings of an experiment: each setting and seed once with all images and once with some
   * of them held out for a validation loss. All settings with the first of the seeds come first, so
   * that an experiment that is cut short has whole settings.
   *
   * @param settings what is trained
   * @param seeds with which seeds
   * @param epochs the length of each training
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

  /** The run's id; the same for the same training in every experiment. */
  public String name() {
    return "%s-e%d-s%d%s".formatted(setting.id(), epochs, seed, heldOut ? "-held-out" : "");
  }

  /** That of the record of this training. */
  public String key() {
    return "%s/%d/%d/%s".formatted(setting.id(), seed, epochs, heldOut);
  }

  /**
   * What tells this training from every other, also from one of the same name that was trained or
   * measured otherwise. The rules that watched it are no part of it: what another rule would have
   * said is found by replay.
   */
  public String definition() {
    byte[] text = (undirected().build() + METHOD_VERSION).getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(text).toString();
  }

  /**
   * The run: never stopped, with the rules in question as shadows.
   *
   * @param images has a folder of images for each data set, as the trainer sees it
   */
  public TrainingRun run(Path images) {
    TrainingSpec.Builder spec = undirected();
    spec.getDataBuilder().setDirectory(images.resolve(setting.folder()).toString());
    TrainingRun.Builder run =
        TrainingRun.newBuilder()
            .putLabels(LABEL, "true")
            .putLabels(DEFINITION, definition())
            .setSpec(spec)
            .setPolicy(StoppingPolicy.newBuilder().setNever(NeverRule.getDefaultInstance()));
    ComparedRules.of(heldOut).forEach(rule -> run.addShadowPolicies(rule.policy()));
    return run.build();
  }

  /** The training without a folder of images, which may lie anywhere. */
  private TrainingSpec.Builder undirected() {
    TrainingSpec.Builder spec = setting.spec().setEpochs(epochs).setSeed(seed);
    if (heldOut) {
      spec.getDataBuilder().setValidationFraction(HELD_OUT);
    } else {
      spec.setPredictionChanges(true);
    }
    return spec;
  }
}
