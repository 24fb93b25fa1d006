package dev.connectome.benchmarks.harness;

import java.time.Duration;
import java.util.function.Consumer;

/** Tells how far a long work is, every few seconds. */
public final class Progress {
  private static final long INTERVAL = Duration.ofSeconds(3).toNanos();

  private final Consumer<String> lines;
  private final String what;
  private final int total;
  private final int base;
  private long next = System.nanoTime() + INTERVAL;

  /**
   * A work that begins now.
   *
   * @param lines where it is told
   * @param what is counted, in the plural
   * @param base how much was done before
   * @param total how much there is to do
   */
  public Progress(Consumer<String> lines, String what, int base, int total) {
    this.lines = lines;
    this.what = what;
    this.base = base;
    this.total = total;
  }

  /**
   * Tells how far it is, unless that was told a moment ago.
   *
   * @param done how much is done, what was before included
   */
  public void at(int done) {
    if (System.nanoTime() >= next) {
      lines.accept("  %d of %d %s".formatted(done - base, total, what));
      next += INTERVAL;
    }
  }
}
