package dev.connectome.stopping;

import java.util.List;

/**
 * What the product decides by when nobody says otherwise: inputs that the network sees as close are
 * decided alike as much as they will be, the classes it predicts have spread, the connectome has
 * settled, the training loss has fallen, and the agreement of neighbours no longer improves
 * steadily, all at the same time.
 *
 * <pre>
 *   all( diminishing on neighbourDisagreement        (smoothing 0.5, peakFraction 1, window 4, minRelativeDrop 0.05, confirm 2),
 *        diminishing on connectomeDistance           (smoothing 0.5, peakFraction 1, window 4, minRelativeDrop 0.3, confirm 2),
 *        diminishing on predictedClassConcentration  (smoothing 0.5, peakFraction 1, window 4, minRelativeDrop 0.05, confirm 2),
 *        slowing on trainLoss                        (smoothing 0.5, minFall 0.25, window 1, maxPace 0.9, confirm 1),
 *        flat on neighbourDisagreement               (window 12, minFall 0.04, significance 6) )
 * </pre>
 *
 * <p>The first two say when the function of the network and its connectome are done. The next two
 * are witnesses against slow starts, in which a network is quiet because nothing has been learned
 * yet: then it gives most inputs one class, and its loss has hardly fallen. The last is a witness
 * against stopping a network that learns slowly but steadily, a few per cent in a dozen epochs. A
 * run whose trainer does not publish predicted classes is not stopped.
 */
public final class DefaultPolicy {

  /** The id of the policy, and the name by which people ask for it. */
  public static final String ID = "default";

  private static final DiminishingRule HARDLY_FALLS = new DiminishingRule(0.5, 1, 4, 0.05, 2);
  private static final DiminishingRule FALLS_LITTLE = new DiminishingRule(0.5, 1, 4, 0.3, 2);
  private static final SlowingRule HAS_FALLEN = new SlowingRule(0.5, 0.25, 1, 0.9, 1);

  private DefaultPolicy() {}

  /** {@return the policy, with all its settings} */
  public static CombinedPolicy get() {
    return new CombinedPolicy(
        ID,
        CombinedPolicy.Mode.ALL,
        List.of(
            new SeriesPolicy("neighbours", "neighbourDisagreement", HARDLY_FALLS),
            new SeriesPolicy("connectome", "connectomeDistance", FALLS_LITTLE),
            new SeriesPolicy("classes", "predictedClassConcentration", HARDLY_FALLS),
            new SeriesPolicy("loss", "trainLoss", HAS_FALLEN),
            new SeriesPolicy("trend", "neighbourDisagreement", FlatRule.DEFAULT)));
  }
}
