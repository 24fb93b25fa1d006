package dev.connectome.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in a line or two what is wrong with what was typed, and where to read more. */
final class UsageReport implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException thrown, String[] arguments) {
    CommandLine command = thrown.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("connectome: " + Printable.text(String.valueOf(thrown.getMessage())));
    UnmatchedArgumentException.printSuggestions(thrown, err);
    err.println("Try '%s --help'.".formatted(command.getCommandSpec().qualifiedName()));
    err.flush();
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }
}
