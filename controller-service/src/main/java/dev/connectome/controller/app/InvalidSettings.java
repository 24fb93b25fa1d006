package dev.connectome.controller.app;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.function.Supplier;

/** Invalid settings. Has no stack trace: the message is for the operator. */
final class InvalidSettings extends ConfigurationException {

  private static final long serialVersionUID = 1L;

  private InvalidSettings(String message) {
    super(message);
  }

  /**
   * @throws InvalidSettings if the supplier throws an {@link IllegalArgumentException}
   */
  static <T> T check(Supplier<T> supplier) {
    try {
      return supplier.get();
    } catch (IllegalArgumentException e) {
      throw new InvalidSettings(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
