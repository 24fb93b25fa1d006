package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.harness.OptionRanges;
import dev.connectome.cli.CommandFailure;
import java.time.Duration;

/**
 * The load.
 *
 * @param runs trainers simulated at a time, each with its own endpoint
 * @param heartbeat interval of each trainer
 * @param signaturesPerSecond of all trainers together
 * @param warmUp period before anything is timed
 * @param duration period in which stops are timed
 * @param byPerson share of the runs that a person stops, not a policy
 * @param listedRuns runs inserted into the database to be listed; 0: none
 * @param historyEpochs length of the long histories that the cost of a signature is measured at; 0:
 *     none
 * @param historyRuns runs with a history of each length
 * @param seed of everything random
 */
record ControlPlan(
    int runs,
    Duration heartbeat,
    double signaturesPerSecond,
    Duration warmUp,
    Duration duration,
    double byPerson,
    int listedRuns,
    int historyEpochs,
    int historyRuns,
    long seed) {

  ControlPlan {
    OptionRanges.check("--runs", runs, 1, 10_000);
    OptionRanges.check("--list", listedRuns, 0, 10_000_000);
    OptionRanges.check("--history", historyEpochs, 0, 90_000);
    OptionRanges.check("--history-runs", historyRuns, 1, 1_000);
    atLeast("--heartbeat", heartbeat, Duration.ofMillis(100));
    atLeast("--warm-up", warmUp, Duration.ZERO);
    atLeast("--duration", duration, Duration.ofSeconds(1));
    if (!(signaturesPerSecond > 0 && signaturesPerSecond <= 100_000)) {
      throw CommandFailure.badInput(
          "--signatures-per-second is %s: it must be above 0 and at most 100000"
              .formatted(signaturesPerSecond));
    }
    if (!(byPerson >= 0 && byPerson <= 1)) {
      throw CommandFailure.badInput(
          "--by-person is %s: it must be a share, 0 .. 1".formatted(byPerson));
    }
  }

  private static void atLeast(String option, Duration value, Duration least) {
    if (value.compareTo(least) < 0) {
      throw CommandFailure.badInput(
          "%s is %d ms: it must be at least %d ms"
              .formatted(option, value.toMillis(), least.toMillis()));
    }
  }
}
