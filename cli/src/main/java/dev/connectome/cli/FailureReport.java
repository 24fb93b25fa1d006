package dev.connectome.cli;

import dev.connectome.client.ControllerException;
import dev.connectome.platform.PlatformException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command threw into one message and an exit code. */
final class FailureReport implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(
      Exception thrown, CommandLine command, ParseResult arguments) {
    CommandFailure failure = failure(thrown);
    PrintWriter err = command.getErr();
    err.println("connectome: " + Printable.text(String.valueOf(failure.getMessage())));
    if (debug(arguments)) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return failure.exitCode();
  }

  private static CommandFailure failure(Exception thrown) {
    if (thrown instanceof CommandFailure failure) {
      return failure;
    }
    if (thrown instanceof PlatformException refused) {
      return CommandFailure.of(refused, refused.isBadInput());
    }
    if (thrown instanceof ControllerException refused) {
      return CommandFailure.of(refused, refused.isBadRequest());
    }
    if (thrown instanceof InterruptedException) {
      return CommandFailure.interrupted();
    }
    return CommandFailure.failed(
        "unexpected error: %s: %s (run the command again with --debug for the stack trace)"
            .formatted(
                thrown.getClass().getSimpleName(),
                thrown.getMessage() == null ? "no message" : thrown.getMessage()),
        thrown);
  }

  private static boolean debug(ParseResult arguments) {
    for (ParseResult level = arguments; level != null; level = level.subcommand()) {
      if (level.hasMatchedOption("--debug")) {
        return true;
      }
    }
    return false;
  }
}
