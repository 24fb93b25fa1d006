package dev.connectome.benchmarks.harness;

import dev.connectome.cli.CommandFailure;

/** Rejects numeric options that are out of range, naming the option and the range. */
public final class OptionRanges {
  private OptionRanges() {}

  /** Rejects a value below {@code least} or above {@code most}. */
  public static void check(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw CommandFailure.badInput(
          "%s is %d: it must be %d .. %d".formatted(option, value, least, most));
    }
  }
}
