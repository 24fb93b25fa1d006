package dev.connectome.controller.app;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Mistakes in the settings: they end the start with one line about them, and exit code 2. */
final class OperatorMistake {

  private OperatorMistake() {}

  /**
   * Makes something of settings.
   *
   * @param made refuses wrong settings with {@link IllegalArgumentException}s for people
   * @param <T> what is made
   * @return what was made
   * @throws ConfigurationException without a cause: the framework then tells its message alone
   */
  static <T> T refused(Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(e.getMessage());
    }
  }

  /**
   * Whether a start failed for a mistake in the settings.
   *
   * @param failure what ended it; null for none
   * @return whether it was one
   */
  static boolean is(@Nullable Throwable failure) {
    Throwable cause = failure;
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof ConfigurationException || cause instanceof ConfigValidationException;
  }
}
