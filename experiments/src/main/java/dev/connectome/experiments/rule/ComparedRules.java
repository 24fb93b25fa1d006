package dev.connectome.experiments.rule;

import dev.connectome.client.policy.PolicySyntax;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.stopping.CombinedPolicy;
import dev.connectome.stopping.DefaultPolicy;
import dev.connectome.stopping.DiminishingRule;
import dev.connectome.stopping.PatienceRule;
import dev.connectome.stopping.PlateauRule;
import dev.connectome.stopping.SeriesPolicy;
import dev.connectome.stopping.SlowingRule;
import dev.connectome.stopping.TroughRule;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rules that experiments compare. Their settings are spelled out because recordings refer to
 * rules by id: a rule with other settings needs another id.
 */
public final class ComparedRules {
  /** The rule that all others are compared with: the validation loss with patience 5. */
  public static final String BASELINE = "validation-5";

  private static final String VALIDATION_LOSS = "validationLoss";
  private static final String DISAGREEMENT = "neighbourDisagreement";
  private static final String CONNECTOME = "connectomeDistance";

  private static final DiminishingRule DIMINISHING = new DiminishingRule(0.5, 0.5, 5, 0.3, 2);
  private static final DiminishingRule HARDLY_FALLS = new DiminishingRule(0.5, 1, 4, 0.05, 2);
  private static final DiminishingRule FALLS_LITTLE = new DiminishingRule(0.5, 1, 4, 0.3, 2);
  private static final PlateauRule PLATEAU = new PlateauRule(0.1, 3);
  private static final TroughRule TROUGH = new TroughRule(0.5, 1, 1);

  private static final Candidate NEIGHBOURS = Candidate.diminishing(DISAGREEMENT, HARDLY_FALLS);
  private static final Candidate TREE = Candidate.diminishing("treeDisagreement", HARDLY_FALLS);
  private static final Candidate SETTLED = Candidate.diminishing(CONNECTOME, FALLS_LITTLE);

  private static final Rule PRODUCT_DEFAULT =
      new Rule(
          DefaultPolicy.ID,
          false,
          false,
          StoppingPolicy.newBuilder().setPolicyId(DefaultPolicy.ID).build(),
          DefaultPolicy.get(),
          "the product's default");

  private static final List<Rule> ON_ALL_IMAGES =
      Stream.concat(
              Stream.of(
                  PRODUCT_DEFAULT,
                  all(
                      "neighbours",
                      "neighbours agree as much as before, and connectomeDistance has settled",
                      NEIGHBOURS,
                      SETTLED),
                  all(
                      "neighbours-tree",
                      "the same with the agreement over the spanning tree",
                      TREE,
                      SETTLED),
                  all(
                      "neighbours-turnover",
                      "the same with neighbourTurnover instead of connectomeDistance",
                      NEIGHBOURS,
                      Candidate.diminishing("neighbourTurnover", FALLS_LITTLE)),
                  all(
                      "neighbours-witnesses",
                      "the product's former default: neighbours, while predictions spread over the classes no further and the training loss has fallen",
                      NEIGHBOURS,
                      SETTLED,
                      Candidate.diminishing("predictedClassConcentration", HARDLY_FALLS),
                      Candidate.slowing("trainLoss", new SlowingRule(0.5, 0.25, 1, 0.9, 1))),
                  all(
                      "connectome-slowing",
                      "the default before that: connectomeDistance has settled and the training loss has slowed",
                      Candidate.diminishing(CONNECTOME, new DiminishingRule(0.3, 0.9, 5, 0.2, 3)),
                      Candidate.slowing("trainLoss", SlowingRule.DEFAULT)),
                  rule(
                      "loss-diminishing-3",
                      Candidate.diminishing("trainLoss", new DiminishingRule(0.3, 1, 3, 0.3, 2)),
                      "diminishing on the training loss, which needs no connectome"),
                  rule(
                      "connectome-diminishing-3",
                      Candidate.diminishing(CONNECTOME, new DiminishingRule(0.3, 1, 3, 0.2, 1)),
                      "diminishing on connectomeDistance"),
                  rule(
                      "topological-patience",
                      Candidate.patience("topologicalDistance", patience(5, 0, 1, true)),
                      "patience 5 on topologicalDistance, best epoch kept"),
                  rule(
                      "diminishing",
                      Candidate.diminishing("deathDistance", DIMINISHING),
                      "diminishing on deathDistance"),
                  rule(
                      "plateau",
                      Candidate.plateau("deathDistance", PLATEAU),
                      "plateau on deathDistance"),
                  rule(
                      "trough",
                      Candidate.trough("deathDistance", TROUGH),
                      "trough on deathDistance"),
                  rule(
                      "connectome-trough",
                      Candidate.trough(CONNECTOME, new TroughRule(1, 1, 1)),
                      "first trough of connectomeDistance itself, not smoothed"),
                  rule(
                      "label-wave",
                      Candidate.trough("changedPredictions", TROUGH),
                      "Label Wave: first trough of the number of predictions that changed"),
                  rule(
                      "label-wave-3",
                      Candidate.trough("changedPredictions", new TroughRule(0.5, 1, 3)),
                      "the same, not undercut for 3 epochs")),
              IntStream.concat(IntStream.rangeClosed(3, 12), IntStream.of(20))
                  .mapToObj(epoch -> constant(epoch)))
          .toList();

  private static final List<Rule> WITH_SOME_HELD_OUT = List.of(validation(5), validation(10));

  private ComparedRules() {}

  /**
   * A rule that experiments compare.
   *
   * @param heldOut whether it watches the trainings with some images held out
   * @param control whether it is a standard from elsewhere, which decides without the product's
   *     safety envelope and is only replayed
   * @param policy as sent to the platform
   * @param replayPolicy the same, for replay
   * @param meaning for people
   */
  public record Rule(
      String id,
      boolean heldOut,
      boolean control,
      StoppingPolicy policy,
      dev.connectome.stopping.StoppingPolicy replayPolicy,
      String meaning) {}

  private static Rule rule(String id, Candidate candidate, String meaning) {
    return rule(id, candidate, false, meaning);
  }

  private static Rule rule(String id, Candidate candidate, boolean control, String meaning) {
    return new Rule(
        id,
        candidate.monitor().equals(VALIDATION_LOSS),
        control,
        PolicySyntax.parse(candidate.syntax()).toBuilder().setPolicyId(id).build(),
        new SeriesPolicy(id, candidate.monitor(), candidate.rule()),
        meaning);
  }

  /** Members are called {@code a}, {@code b}, in order. */
  private static Rule all(String id, String meaning, Candidate... members) {
    List<String> names =
        IntStream.range(0, members.length).mapToObj(ComparedRules::letter).toList();
    String syntax =
        IntStream.range(0, members.length)
            .mapToObj(i -> members[i].syntax() + ",id=" + names.get(i))
            .collect(Collectors.joining("; ", "all(", "):id=" + id));
    return new Rule(
        id,
        false,
        false,
        PolicySyntax.parse(syntax),
        new CombinedPolicy(
            id,
            CombinedPolicy.Mode.ALL,
            IntStream.range(0, members.length)
                .<dev.connectome.stopping.StoppingPolicy>mapToObj(
                    i -> new SeriesPolicy(names.get(i), members[i].monitor(), members[i].rule()))
                .toList()),
        meaning);
  }

  private static String letter(int index) {
    return String.valueOf((char) ('a' + index));
  }

  private static Rule constant(int epoch) {
    return rule(
        "epoch-" + epoch,
        Candidate.patience("trainLoss", patience(1, 1e9, epoch - 1, false)),
        true,
        "control: always epoch %d, whatever the network does".formatted(epoch));
  }

  private static Rule validation(int patience) {
    return rule(
        "validation-" + patience,
        Candidate.patience(VALIDATION_LOSS, patience(patience, 0, 1, true)),
        true,
        "validation loss of a tenth of the images held out, patience %d, best epoch kept"
            .formatted(patience));
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

  /** The product's defaults, the present one last. */
  public static List<Rule> defaults() {
    return Stream.of(
            "loss-diminishing-3", "connectome-slowing", "neighbours-witnesses", DefaultPolicy.ID)
        .map(id -> ON_ALL_IMAGES.stream().filter(rule -> rule.id().equals(id)).findFirst())
        .map(Optional::orElseThrow)
        .toList();
  }

  public static Rule baseline() {
    return WITH_SOME_HELD_OUT.get(0);
  }

  /** The rules that judge a training with all images, or one with some held out. */
  public static List<Rule> of(boolean heldOut) {
    return heldOut ? WITH_SOME_HELD_OUT : ON_ALL_IMAGES;
  }

  /** The rules that watch a training while it runs; the others are replayed. */
  public static List<Rule> watching(boolean heldOut) {
    return of(heldOut).stream().filter(rule -> !rule.control() && hasFixedSettings(rule)).toList();
  }

  /**
   * Whether the settings of a rule are the same in every release, so that a recorded decision is
   * still its own. Those of the product's default are not: it is always replayed.
   */
  public static boolean hasFixedSettings(Rule rule) {
    return rule != PRODUCT_DEFAULT;
  }

  /** All rules, those on the validation loss last. */
  public static List<Rule> all() {
    return Stream.concat(ON_ALL_IMAGES.stream(), WITH_SOME_HELD_OUT.stream()).toList();
  }
}
