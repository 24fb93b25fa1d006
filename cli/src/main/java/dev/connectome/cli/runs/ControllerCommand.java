package dev.connectome.cli.runs;

import dev.connectome.cli.Printable;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.RunState;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that talks to a controller. */
abstract class ControllerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private EndpointOptions endpoint;

  @Override
  public final Integer call() throws Exception {
    try (ConnectomeClient client = endpoint.connect()) {
      PrintWriter out = Printable.to(spec.commandLine().getOut());
      try {
        return call(client, out);
      } finally {
        out.flush();
      }
    }
  }

  /** Does the work and returns the exit code. */
  abstract int call(ConnectomeClient client, PrintWriter out) throws Exception;

  /** Says something beside the answer, which a program may read. */
  final void note(String line) {
    spec.commandLine().getErr().println("connectome: " + line);
    spec.commandLine().getErr().flush();
  }

  /** Prints what happens to a run until it ends; the exit code is 1 if it failed, else 0. */
  static int follow(ConnectomeClient client, String run, PrintWriter out)
      throws InterruptedException {
    WatchPrinter printer = new WatchPrinter();
    RunState end =
        client
            .watch(run)
            .toEnd(
                item -> print(out, printer.lines(item)),
                outage -> print(out, List.of("the controller is unavailable; reconnecting ...")));
    return end == RunState.RUN_STATE_FAILED ? 1 : 0;
  }

  private static void print(PrintWriter out, List<String> lines) {
    lines.forEach(out::println);
    out.flush();
  }
}
