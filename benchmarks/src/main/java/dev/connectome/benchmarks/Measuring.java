package dev.connectome.benchmarks;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.Interruption;
import dev.connectome.platform.Directories;
import dev.connectome.platform.Installation;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What all benchmarks have in common: progress lines, an end by Ctrl-C, a platform of their own.
 */
public final class Measuring {

  private final CommandSpec spec;

  /**
   * For a command.
   *
   * @param spec the command, to whose standard error progress goes
   */
  public Measuring(CommandSpec spec) {
    this.spec = spec;
  }

  /** What can be interrupted. */
  @FunctionalInterface
  public interface Work {
    /**
     * Does it.
     *
     * @return the exit code
     * @throws IOException if a file or a service cannot be reached
     * @throws InterruptedException if the user ends it
     */
    int run() throws IOException, InterruptedException;
  }

  /** What needs a platform. */
  @FunctionalInterface
  public interface OnPlatform {
    /**
     * Does it.
     *
     * @param platform is up
     * @param state its state directory
     * @return the exit code
     * @throws IOException if a file or a service cannot be reached
     * @throws InterruptedException if the user ends it
     */
    int run(Platform platform, Path state) throws IOException, InterruptedException;
  }

  /**
   * Does what Ctrl-C ends in order.
   *
   * @param work what to do
   * @return its exit code
   * @throws IOException as the work does
   * @throws CommandFailure if the user ended it
   */
  public int interruptibly(Work work) throws IOException {
    Interruption interruption = Interruption.ofThisThread();
    try {
      return work.run();
    } catch (InterruptedException e) {
      throw CommandFailure.interrupted();
    } catch (RuntimeException e) {
      throw interruption.requested() ? CommandFailure.interrupted() : e;
    }
  }

  /**
   * Starts a platform on free ports for the purpose, and removes it and all that it kept
   * afterwards.
   *
   * @param work what to do on it
   * @return its exit code
   * @throws IOException if the platform cannot be started, or as the work does
   * @throws InterruptedException if the user ends it
   */
  public int onOwnPlatform(OnPlatform work) throws IOException, InterruptedException {
    Path state = Files.createTempDirectory("connectome-bench-");
    try {
      PlatformOptions options =
          new PlatformOptions(Installation.current(), state, null, 1, PlatformOptions.Ports.ANY);
      try (Platform platform = Platform.start(options, this::say)) {
        return work.run(platform, state);
      }
    } finally {
      Directories.delete(state);
    }
  }

  /**
   * Tells of progress.
   *
   * @param line for people
   */
  public void say(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
