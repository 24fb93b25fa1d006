package dev.connectome.benchmarks.control;

import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.StoppingPolicy;
import java.util.random.RandomGenerator;

/**
 * How a simulated run is stopped: its policy sees the series settle, or a person stops it. Until
 * then the series stays far from settling.
 *
 * @param epoch the epoch whose signature lets the policy stop the run, or after whose signature a
 *     person does
 */
record PlannedStop(int epoch, boolean byPerson) {
  /** Epoch 1 has no distance, epoch 2 is the peak, and two points must have settled. */
  static final int EARLIEST = 4;

  private static final int LATEST = 10;
  private static final double PEAK = 10;
  private static final double SETTLED = 0.5;
  private static final double UNSETTLED = 5;
  private static final int CONFIRM = 2;

  static PlannedStop draw(RandomGenerator random, double shareByPerson) {
    return new PlannedStop(
        random.nextInt(EARLIEST, LATEST + 1), random.nextDouble() < shareByPerson);
  }

  /** The policy of every run. */
  static StoppingPolicy policy() {
    return StoppingPolicy.newBuilder()
        .setPolicyId("plateau")
        .setMonitor("deathDistance")
        .setPlateau(PlateauRule.newBuilder().setFraction(0.1).setConfirm(CONFIRM))
        .build();
  }

  /** The death distance of an epoch from 2 on. */
  double deathDistance(int ofEpoch) {
    if (ofEpoch == 2) {
      return PEAK;
    }
    return !byPerson && ofEpoch > epoch - CONFIRM ? SETTLED : UNSETTLED;
  }
}
