package dev.connectome.cli;

import dev.connectome.cli.runs.GrpcFailure;
import dev.connectome.platform.PlatformException;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command threw into one message and an exit code. */
final class FailureReport implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, ParseResult arguments) {
    CommandFailure known = known(failure);
    PrintWriter err = command.getErr();
    err.println("connectome: " + known.text());
    if (debug(arguments)) {
      failure.printStackTrace(err);
    }
    err.flush();
    return known.exitCode();
  }

  private static CommandFailure known(Exception failure) {
    if (failure instanceof CommandFailure known) {
      return known;
    }
    if (failure instanceof PlatformException refused) {
      return CommandFailure.of(refused);
    }
    if (failure instanceof StatusRuntimeException status) {
      return GrpcFailure.of(status);
    }
    if (failure instanceof InterruptedException) {
      return CommandFailure.interrupted();
    }
    String message = failure.getMessage() == null ? "no message" : failure.getMessage();
    return CommandFailure.failed(
        "unexpected error: "
            + failure.getClass().getSimpleName()
            + ": "
            + message
            + " (run the command again with --debug for the stack trace)",
        failure);
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
