package dev.connectome.stopping;

import java.util.List;

/**
 * What the product decides by when nobody says otherwise: the connectome has almost stopped
 * changing, below its peak, and the training loss has fallen and slowed down, both at the same
 * time.
 *
 * <pre>
 *   all( diminishing on connectomeDistance (smoothing 0.3, peakFraction 0.9, window 5, minRelativeDrop 0.2, confirm 3),
 *        slowing on trainLoss (smoothing 0.5, minFall 0.25, window 3, maxPace 0.7, confirm 2) )
 * </pre>
 *
 * <p>The first says when the network has settled; the second is a witness against slow starts, in
 * which a connectome is quiet because nothing has been learned yet.
 */
public final class DefaultPolicy {

  /** The id of the policy, and the name by which people ask for it. */
  public static final String ID = "default";

  private static final DiminishingRule SETTLED = new DiminishingRule(0.3, 0.9, 5, 0.2, 3);

  private DefaultPolicy() {}

  /** {@return the policy, with all its settings} */
  public static CombinedPolicy get() {
    return new CombinedPolicy(
        ID,
        CombinedPolicy.Mode.ALL,
        List.of(
            new SeriesPolicy("connectome", "connectomeDistance", SETTLED),
            new SeriesPolicy("loss", "trainLoss", SlowingRule.DEFAULT)));
  }
}
