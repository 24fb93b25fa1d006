package dev.connectome.benchmarks.harness;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.Interruption;
import dev.connectome.cli.report.ReportOutput;
import dev.connectome.platform.Directories;
import dev.connectome.platform.Installation;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * What all benchmark commands share, as a mixin: the output option, progress on standard error,
 * Ctrl-C, and a temporary platform.
 */
@SuppressWarnings("NullAway.Init") // Picocli sets the fields.
public final class BenchRunner {
  /** Benchmarks stop most of their runs in a short time, which elsewhere is an incident. */
  private static final Map<String, String> SETTINGS = Map.of("connectome.breaker.stops", "1000000");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin private ReportOutput output;

  /** Measures something. */
  @FunctionalInterface
  public interface Benchmark {
    BenchReport run() throws IOException, InterruptedException;
  }

  /** Measures something on a platform that is up. */
  @FunctionalInterface
  public interface PlatformBenchmark {
    BenchReport run(Platform platform, Path stateDirectory)
        throws IOException, InterruptedException;
  }

  /**
   * Runs a benchmark, which Ctrl-C interrupts, and prints its report.
   *
   * @return the exit code
   * @throws CommandFailure if the user interrupted it
   */
  public int run(Benchmark benchmark) throws IOException {
    Interruption interruption = Interruption.ofThisThread();
    try {
      BenchReport report = benchmark.run();
      output.print(spec.commandLine().getOut(), report, report::lines);
      return report.passed() ? 0 : 1;
    } catch (InterruptedException e) {
      throw CommandFailure.interrupted();
    } catch (RuntimeException e) {
      throw interruption.requested() ? CommandFailure.interrupted() : e;
    }
  }

  /** Starts a platform on free ports, and deletes it with all its state afterwards. */
  public BenchReport onTemporaryPlatform(PlatformBenchmark benchmark)
      throws IOException, InterruptedException {
    Path state = Files.createTempDirectory("connectome-bench-");
    try {
      PlatformOptions options =
          new PlatformOptions(
              Installation.current(), state, null, 1, PlatformOptions.Ports.ANY, SETTINGS, true);
      try (Platform platform = Platform.start(options, this::progress)) {
        return benchmark.run(platform, state);
      }
    } finally {
      Directories.delete(state);
    }
  }

  /** Prints a line on standard error. */
  public void progress(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
