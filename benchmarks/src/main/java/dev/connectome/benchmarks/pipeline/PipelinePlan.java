package dev.connectome.benchmarks.pipeline;

import dev.connectome.benchmarks.harness.OptionRanges;
import dev.connectome.cli.CommandFailure;

/**
 * The load.
 *
 * @param runs R, how many trainers are simulated
 * @param neurons P, the columns of a snapshot
 * @param samples N, the rows of a snapshot
 * @param epochs snapshots that each trainer publishes in a timed phase
 * @param rate snapshots per second of all trainers together; 0: as many as the broker takes
 * @param seed of the activations
 */
record PipelinePlan(int runs, int neurons, int samples, int epochs, double rate, long seed) {
  /** The limit of the protocol for the values of one batch: 900 KiB. */
  private static final int MAX_BATCH_BYTES = 900 * 1024;

  private static final long MAX_SNAPSHOT_BYTES = 256L << 20;

  PipelinePlan {
    OptionRanges.check("--runs", runs, 1, 100_000);
    OptionRanges.check("--neurons", neurons, 2, 16_384);
    OptionRanges.check("--samples", samples, 2, 100_000);
    OptionRanges.check("--epochs", epochs, 1, 100_000);
    if (!(rate >= 0 && rate < 1e6)) {
      throw CommandFailure.badInput(
          "--rate is " + rate + ": it must be a number of snapshots a second, or 0 for full speed");
    }
    long bytes = (long) samples * neurons * Float.BYTES;
    if (bytes > MAX_SNAPSHOT_BYTES) {
      throw CommandFailure.badInput(
          "--samples × --neurons × 4 is %d bytes: a snapshot has at most %d"
              .formatted(bytes, MAX_SNAPSHOT_BYTES));
    }
  }

  int snapshotBytes() {
    return samples * neurons * Float.BYTES;
  }

  /** The fewest batches that the protocol allows. */
  int batches() {
    int rows = MAX_BATCH_BYTES / (neurons * Float.BYTES);
    return (samples + rows - 1) / rows;
  }

  PipelinePlan with(double otherRate, int otherEpochs) {
    return new PipelinePlan(runs, neurons, samples, otherEpochs, otherRate, seed);
  }
}
