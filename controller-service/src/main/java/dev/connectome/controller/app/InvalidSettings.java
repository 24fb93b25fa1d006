package dev.connectome.controller.app;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.function.Supplier;

/**
 * A mistake in the settings. It has no stack trace, which would be of no use to whoever made it.
 */
final class InvalidSettings extends ConfigurationException {

  private static final long serialVersionUID = 1L;

  private InvalidSettings(String message) {
    super(message);
  }

  /**
   * Makes something of settings.
   *
   * @param made refuses wrong settings with {@link IllegalArgumentException}s for people
   * @param <T> what is made
   * @return what was made
   * @throws InvalidSettings if they are wrong
   */
  static <T> T refused(Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new InvalidSettings(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
