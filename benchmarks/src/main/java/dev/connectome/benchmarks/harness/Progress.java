package dev.connectome.benchmarks.harness;

import java.time.Duration;
import java.util.function.Consumer;

/** Prints how far a long task is, every three seconds. */
public final class Progress {
  private static final long INTERVAL = Duration.ofSeconds(3).toNanos();

  private final Consumer<String> output;
  private final String unit;
  private final int total;
  private final int base;
  private long nextLine = System.nanoTime() + INTERVAL;

  /** Starts at {@code base} of what {@code unit} counts; {@code total} more are to come. */
  public Progress(Consumer<String> output, String unit, int base, int total) {
    this.output = output;
    this.unit = unit;
    this.base = base;
    this.total = total;
  }

  /** Prints the progress if the last line is old enough; {@code done} includes the base. */
  public void update(int done) {
    if (System.nanoTime() >= nextLine) {
      output.accept("  %d of %d %s".formatted(done - base, total, unit));
      nextLine += INTERVAL;
    }
  }
}
