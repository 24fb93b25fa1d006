package dev.connectome.benchmarks.pipeline;

import dev.connectome.cli.CommandFailure;

/**
 * The load.
 *
 * @param runs R, how many trainers are played
 * @param neurons P, the columns of a snapshot
 * @param samples N, the rows of a snapshot
 * @param epochs snapshots a trainer publishes in a timed phase
 * @param rate snapshots a second of all trainers together; 0: as many as the broker takes
 * @param seed of the activations
 */
record PipelinePlan(int runs, int neurons, int samples, int epochs, double rate, long seed) {
  /** What the contract allows for the values of one batch: 900 KiB. */
  private static final int MAX_BATCH_BYTES = 900 * 1024;

  private static final long MAX_SNAPSHOT_BYTES = 256L << 20;

  PipelinePlan {
    within("--runs", runs, 1, 100_000);
    within("--neurons", neurons, 2, 16_384);
    within("--samples", samples, 2, 100_000);
    within("--epochs", epochs, 1, 100_000);
    if (!(rate >= 0 && rate < 1e6)) {
      throw CommandFailure.badInput(
          "--rate is " + rate + ": it must be a number of snapshots a second, or 0 for all speed");
    }
    long bytes = (long) samples * neurons * Float.BYTES;
    if (bytes > MAX_SNAPSHOT_BYTES) {
      throw CommandFailure.badInput(
          "--samples × --neurons × 4 is %d bytes: a snapshot has at most %d"
              .formatted(bytes, MAX_SNAPSHOT_BYTES));
    }
  }

  private static void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw CommandFailure.badInput(
          "%s is %d: it must be %d .. %d".formatted(option, value, least, most));
    }
  }

  /** The bytes of a snapshot's activations. */
  int snapshotBytes() {
    return samples * neurons * Float.BYTES;
  }

  /** As few batches as the contract allows. */
  int batches() {
    int rows = MAX_BATCH_BYTES / (neurons * Float.BYTES);
    return (samples + rows - 1) / rows;
  }

  /** The same runs at another speed and length. */
  PipelinePlan at(double otherRate, int otherEpochs) {
    return new PipelinePlan(runs, neurons, samples, otherEpochs, otherRate, seed);
  }
}
