package dev.connectome.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command with a message for the person who typed it and an exit code. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private CommandFailure(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** The arguments are wrong, exit code 2; the message names the offending value and the remedy. */
  public static CommandFailure badInput(String message) {
    return new CommandFailure(2, message, null);
  }

  /** The command could not be carried out, exit code 1. */
  public static CommandFailure failed(String message) {
    return new CommandFailure(1, message, null);
  }

  /** The command could not be carried out, exit code 1; --debug shows the cause. */
  public static CommandFailure failed(String message, Throwable cause) {
    return new CommandFailure(1, message, cause);
  }

  /** What a library refused or failed to do, in its own words. */
  static CommandFailure of(RuntimeException failure, boolean badInput) {
    return new CommandFailure(badInput ? 2 : 1, String.valueOf(failure.getMessage()), failure);
  }

  /** The command was ended by Ctrl-C, exit code 130. */
  public static CommandFailure interrupted() {
    return new CommandFailure(130, "interrupted", null);
  }

  int exitCode() {
    return exitCode;
  }
}
