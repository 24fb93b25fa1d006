package dev.connectome.controller.app;

import io.quarkus.runtime.PreventFurtherStepsException;
import java.util.function.Supplier;
import picocli.CommandLine;

/** Mistakes in the settings: they end the start with one line about them and exit code 2. */
final class OperatorMistake {

  private OperatorMistake() {}

  /**
   * Makes something of settings.
   *
   * @param made refuses wrong settings with {@link IllegalArgumentException}s for people
   * @param <T> what is made
   * @return what was made
   * @throws PreventFurtherStepsException if they are wrong; it has no stack trace, which would be
   *     of no use to whoever made the mistake
   */
  static <T> T refused(Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      var mistake =
          new PreventFurtherStepsException(
              "controller: " + e.getMessage(), CommandLine.ExitCode.USAGE);
      mistake.setStackTrace(new StackTraceElement[0]);
      throw mistake;
    }
  }
}
