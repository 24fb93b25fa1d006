package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import java.io.PrintWriter;
import picocli.CommandLine.Parameters;

/** A command on one run. */
abstract class RunCommand extends ControllerCommand {
  @Parameters(paramLabel = "RUN", description = "Name or uid of the run.")
  private String run;

  @Override
  final int call(ConnectomeClient client, PrintWriter out) throws Exception {
    return call(client, run, out);
  }

  /** Does the work and returns the exit code. */
  abstract int call(ConnectomeClient client, String run, PrintWriter out) throws Exception;
}
