package dev.connectome.benchmarks.control;

import dev.connectome.cli.CommandFailure;
import java.time.Duration;

/**
 * The load.
 *
 * @param runs trainers that are played at a time, each at an endpoint of its own
 * @param heartbeat how often each gives a sign of life
 * @param signaturesPerSecond of all trainers together
 * @param warmUp for how long nothing is timed
 * @param duration for how long stops are timed
 * @param byPerson the share of the runs that a person stops rather than a policy
 * @param listedRuns runs that are put into the database to be listed; 0: none
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
    long seed) {

  ControlPlan {
    within("--runs", runs, 1, 10_000);
    within("--list", listedRuns, 0, 10_000_000);
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

  private static void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw CommandFailure.badInput(
          "%s is %d: it must be %d .. %d".formatted(option, value, least, most));
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
