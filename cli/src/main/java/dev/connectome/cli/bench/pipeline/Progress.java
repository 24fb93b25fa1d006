package dev.connectome.cli.bench.pipeline;

import java.time.Duration;
import java.util.function.Consumer;

/** Tells how far a long work is, every few seconds. */
final class Progress {
  private static final long INTERVAL = Duration.ofSeconds(3).toNanos();

  private final Consumer<String> lines;
  private final String what;
  private final int total;
  private final int base;
  private long next = System.nanoTime() + INTERVAL;

  Progress(Consumer<String> lines, String what, int base, int total) {
    this.lines = lines;
    this.what = what;
    this.base = base;
    this.total = total;
  }

  /** So many are done, those before {@code base} included. */
  void at(int done) {
    if (System.nanoTime() >= next) {
      lines.accept("  %d of %d %s".formatted(done - base, total, what));
      next += INTERVAL;
    }
  }
}
