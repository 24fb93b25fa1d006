package dev.connectome.cli.experiment;

import dev.connectome.cli.runs.PolicySyntax;
import dev.connectome.protos.run.v1.StoppingPolicy;
import java.util.List;
import java.util.stream.Stream;

/**
 * The rules that an experiment compares. Their settings are written out, so that what was recorded
 * of a rule stays that of the rule of this name; another rule gets another name.
 */
final class Contestants {
  /** The rule that all others are compared with: the validation loss, with patience 5. */
  static final String BASELINE = "validation-5";

  private static final String DIMINISHING =
      "smoothing=0.5,peak-fraction=0.5,window=5,min-relative-drop=0.3,confirm=2";
  private static final String PLATEAU = "fraction=0.1,confirm=3";
  private static final String TROUGH = "smoothing=0.5,peak-fraction=1,confirm=1";

  private static final List<Rule> ON_ALL_IMAGES =
      List.of(
          rule(
              "diminishing",
              "diminishing:monitor=deathDistance," + DIMINISHING,
              "diminishing on deathDistance"),
          rule(
              "diminishing-8",
              "diminishing:monitor=deathDistance," + DIMINISHING.replace("window=5", "window=8"),
              "the same with window 8"),
          rule("plateau", "plateau:monitor=deathDistance," + PLATEAU, "plateau on deathDistance"),
          rule("trough", "trough:monitor=deathDistance," + TROUGH, "trough on deathDistance"),
          rule(
              "connectome-diminishing",
              "diminishing:monitor=connectomeDistance," + DIMINISHING,
              "control: diminishing on connectomeDistance, which keeps neuron identity"),
          rule(
              "connectome-plateau",
              "plateau:monitor=connectomeDistance," + PLATEAU,
              "control: plateau on connectomeDistance"),
          rule(
              "connectome-trough",
              "trough:monitor=connectomeDistance,smoothing=1,peak-fraction=1,confirm=1",
              "first trough of connectomeDistance itself, not smoothed"),
          rule(
              "loss-diminishing",
              "diminishing:monitor=trainLoss," + DIMINISHING,
              "control: diminishing on the training loss, which needs no connectome"),
          rule(
              "epoch-20",
              "patience:monitor=trainLoss,patience=1,min-delta=1e9,start-from-epoch=19",
              "control: always epoch 20, whatever the network does"),
          rule(
              "label-wave",
              "trough:monitor=changedPredictions," + TROUGH,
              "Label Wave: first trough of the number of predictions that changed"),
          rule(
              "label-wave-3",
              "trough:monitor=changedPredictions," + TROUGH.replace("confirm=1", "confirm=3"),
              "the same, not undercut for 3 epochs"));

  private static final List<Rule> WITH_SOME_HELD_OUT =
      List.of(
          rule(
              BASELINE,
              "patience:monitor=validationLoss,patience=5,restore-best",
              "validation loss of a tenth of the images held out, patience 5, best epoch kept"),
          rule(
              "validation-10",
              "patience:monitor=validationLoss,patience=10,restore-best",
              "the same with patience 10"));

  private Contestants() {}

  /**
   * A rule in the race.
   *
   * @param id its name there
   * @param heldOut whether it watches the trainings with some images held out
   * @param policy the rule
   * @param meaning what it is, for people
   */
  record Rule(String id, boolean heldOut, StoppingPolicy policy, String meaning) {}

  private static Rule rule(String id, String syntax, String meaning) {
    return new Rule(
        id,
        syntax.contains("validationLoss"),
        PolicySyntax.parse(syntax).toBuilder().setPolicyId(id).build(),
        meaning);
  }

  /** The rule that all others are compared with. */
  static Rule baseline() {
    return WITH_SOME_HELD_OUT.get(0);
  }

  /** The rules that watch a training with all images, or one with some held out. */
  static List<Rule> of(boolean heldOut) {
    return heldOut ? WITH_SOME_HELD_OUT : ON_ALL_IMAGES;
  }

  /** All of them, the baseline's kin last. */
  static List<Rule> all() {
    return Stream.concat(ON_ALL_IMAGES.stream(), WITH_SOME_HELD_OUT.stream()).toList();
  }
}
