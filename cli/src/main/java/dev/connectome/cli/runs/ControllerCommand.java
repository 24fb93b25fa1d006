package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunWatch;
import dev.connectome.protos.run.v1.RunState;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all commands on runs have in common: a connection for their time. */
abstract class ControllerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private EndpointOptions endpoint;

  @SuppressWarnings("NullAway.Init")
  ControllerCommand() {}

  @Override
  public final Integer call() throws Exception {
    try (ConnectomeClient connection = endpoint.connect()) {
      return call(connection, spec.commandLine().getOut());
    }
  }

  /**
   * Does the work.
   *
   * @param connection to the controller
   * @param out where the answer is printed
   * @return the exit code
   * @throws Exception what went wrong
   */
  abstract int call(ConnectomeClient connection, PrintWriter out) throws Exception;

  /** Follows a run to its end, printing lines: 0 if it was stopped or completed, 1 if it failed. */
  static int follow(ConnectomeClient connection, String name, PrintWriter out)
      throws InterruptedException {
    WatchPrinter printer = new WatchPrinter();
    RunState end =
        new RunWatch(connection, name)
            .toEnd(
                item -> {
                  printer.lines(item).forEach(out::println);
                  out.flush();
                },
                note -> {
                  out.println(note);
                  out.flush();
                });
    return end == RunState.RUN_STATE_FAILED ? 1 : 0;
  }
}
