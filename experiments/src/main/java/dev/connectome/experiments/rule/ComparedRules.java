package dev.connectome.experiments.rule;

import dev.connectome.cli.runs.PolicySyntax;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.stopping.DefaultPolicy;
import dev.connectome.stopping.DiminishingRule;
import dev.connectome.stopping.PatienceRule;
import dev.connectome.stopping.PlateauRule;
import dev.connectome.stopping.SeriesPolicy;
import dev.connectome.stopping.TroughRule;
import java.util.List;
import java.util.stream.Stream;

/**
 * The rules that experiments compare. Their settings are spelled out because recordings refer to
 * rules by id: a rule with other settings needs another id.
 */
public final class ComparedRules {
  /** The rule that all others are compared with: the validation loss with patience 5. */
  public static final String BASELINE = "validation-5";

  private static final String VALIDATION_LOSS = "validationLoss";

  private static final DiminishingRule DIMINISHING = new DiminishingRule(0.5, 0.5, 5, 0.3, 2);
  private static final PlateauRule PLATEAU = new PlateauRule(0.1, 3);
  private static final TroughRule TROUGH = new TroughRule(0.5, 1, 1);

  private static final Rule PRODUCT_DEFAULT =
      new Rule(
          "default",
          false,
          PolicySyntax.parse(
              "all(diminishing:id=connectome,monitor=connectomeDistance,smoothing=0.3,peak-fraction=0.9,window=5,"
                  + "min-relative-drop=0.2,confirm=3; slowing:id=loss):id=default"),
          DefaultPolicy.get(),
          "the product's default: connectomeDistance has settled and the training loss has slowed");

  private static final List<Rule> ON_ALL_IMAGES =
      List.of(
          PRODUCT_DEFAULT,
          rule(
              "diminishing",
              Candidate.diminishing("deathDistance", DIMINISHING),
              "diminishing on deathDistance"),
          rule(
              "diminishing-8",
              Candidate.diminishing("deathDistance", new DiminishingRule(0.5, 0.5, 8, 0.3, 2)),
              "the same with window 8"),
          rule("plateau", Candidate.plateau("deathDistance", PLATEAU), "plateau on deathDistance"),
          rule("trough", Candidate.trough("deathDistance", TROUGH), "trough on deathDistance"),
          rule(
              "connectome-diminishing",
              Candidate.diminishing("connectomeDistance", DIMINISHING),
              "control: diminishing on connectomeDistance, which keeps neuron identity"),
          rule(
              "connectome-plateau",
              Candidate.plateau("connectomeDistance", PLATEAU),
              "control: plateau on connectomeDistance"),
          rule(
              "connectome-trough",
              Candidate.trough("connectomeDistance", new TroughRule(1, 1, 1)),
              "first trough of connectomeDistance itself, not smoothed"),
          rule(
              "loss-diminishing",
              Candidate.diminishing("trainLoss", DIMINISHING),
              "control: diminishing on the training loss, which needs no connectome"),
          rule(
              "loss-diminishing-3",
              Candidate.diminishing("trainLoss", new DiminishingRule(0.3, 1, 3, 0.3, 2)),
              "the product's former default: diminishing on the training loss with window 3"),
          rule(
              "connectome-diminishing-3",
              Candidate.diminishing("connectomeDistance", new DiminishingRule(0.3, 1, 3, 0.2, 1)),
              "diminishing on connectomeDistance with window 3, the best rule on a connectome"),
          constant(5),
          constant(12),
          constant(20),
          rule(
              "label-wave",
              Candidate.trough("changedPredictions", TROUGH),
              "Label Wave: first trough of the number of predictions that changed"),
          rule(
              "label-wave-3",
              Candidate.trough("changedPredictions", new TroughRule(0.5, 1, 3)),
              "the same, not undercut for 3 epochs"));

  private static final List<Rule> WITH_SOME_HELD_OUT =
      List.of(
          rule(
              BASELINE,
              Candidate.patience(VALIDATION_LOSS, patience(5, 0, 1, true)),
              "validation loss of a tenth of the images held out, patience 5, best epoch kept"),
          rule(
              "validation-10",
              Candidate.patience(VALIDATION_LOSS, patience(10, 0, 1, true)),
              "the same with patience 10"));

  private ComparedRules() {}

  /**
   * A rule that experiments compare.
   *
   * @param heldOut whether it watches the trainings with some images held out
   * @param policy as sent to the platform
   * @param replayPolicy the same, for replay
   * @param meaning for people
   */
  public record Rule(
      String id,
      boolean heldOut,
      StoppingPolicy policy,
      dev.connectome.stopping.StoppingPolicy replayPolicy,
      String meaning) {}

  private static Rule rule(String id, Candidate candidate, String meaning) {
    return new Rule(
        id,
        candidate.monitor().equals(VALIDATION_LOSS),
        PolicySyntax.parse(candidate.syntax()).toBuilder().setPolicyId(id).build(),
        new SeriesPolicy(id, candidate.monitor(), candidate.rule()),
        meaning);
  }

  private static Rule constant(int epoch) {
    return rule(
        "epoch-" + epoch,
        Candidate.patience("trainLoss", patience(1, 1e9, epoch - 1, false)),
        "control: always epoch %d, whatever the network does".formatted(epoch));
  }

  private static PatienceRule patience(
      int patience, double minDelta, int startFromEpoch, boolean restoreBest) {
    PatienceRule defaults = PatienceRule.DEFAULT;
    return new PatienceRule(
        defaults.mode(),
        minDelta,
        patience,
        startFromEpoch,
        defaults.baseline(),
        defaults.stoppingThreshold(),
        defaults.divergenceThreshold(),
        defaults.checkFinite(),
        restoreBest);
  }

  public static Rule productDefault() {
    return PRODUCT_DEFAULT;
  }

  public static Rule baseline() {
    return WITH_SOME_HELD_OUT.get(0);
  }

  /** The rules that watch a training with all images, or one with some held out. */
  public static List<Rule> of(boolean heldOut) {
    return heldOut ? WITH_SOME_HELD_OUT : ON_ALL_IMAGES;
  }

  /** All rules, those on the validation loss last. */
  public static List<Rule> all() {
    return Stream.concat(ON_ALL_IMAGES.stream(), WITH_SOME_HELD_OUT.stream()).toList();
  }
}
