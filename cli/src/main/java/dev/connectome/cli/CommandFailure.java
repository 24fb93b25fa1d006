package dev.connectome.cli;

import dev.connectome.platform.PlatformException;
import org.jspecify.annotations.Nullable;

/** Ends a command with one message for the person who typed it; no stack trace is shown. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private CommandFailure(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /**
   * The command was asked for something that cannot be: exit code 2.
   *
   * @param message names the offending value and the remedy
   * @return the failure
   */
  public static CommandFailure badInput(String message) {
    return new CommandFailure(2, message, null);
  }

  /**
   * The command was fine but could not be carried out: exit code 1.
   *
   * @param message what failed, and what to do about it
   * @return the failure
   */
  public static CommandFailure failed(String message) {
    return new CommandFailure(1, message, null);
  }

  /**
   * The command was fine but could not be carried out: exit code 1.
   *
   * @param message what failed, and what to do about it
   * @param cause shown on request only
   * @return the failure
   */
  public static CommandFailure failed(String message, Throwable cause) {
    return new CommandFailure(1, message, cause);
  }

  /** What the platform on this machine refused or could not do. */
  static CommandFailure of(PlatformException failure) {
    return new CommandFailure(
        failure.isBadInput() ? 2 : 1, String.valueOf(failure.getMessage()), failure);
  }

  /**
   * The command was ended by Ctrl-C: exit code 130.
   *
   * @return the failure
   */
  public static CommandFailure interrupted() {
    return new CommandFailure(130, "interrupted", null);
  }

  /**
   * The exit code that goes with the message.
   *
   * @return 1, 2 or 130
   */
  public int exitCode() {
    return exitCode;
  }

  /**
   * The message.
   *
   * @return never empty
   */
  public String text() {
    return String.valueOf(getMessage());
  }
}
