package dev.connectome.cli.runs;

import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.RunNames;
import dev.connectome.protos.run.v1.ReadRunLogRequest;
import dev.connectome.protos.run.v1.ReadRunLogResponse;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code connectome runs logs}. */
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Prints the log of a run's trainer.")
final class LogsCommand extends ControllerCommand {
  @Parameters(paramLabel = "RUN", description = "The run's name or uid.")
  private String run;

  @Option(names = "--attempt", paramLabel = "N", description = "Default: the newest one")
  private int attempt;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on as the log grows.")
  private boolean follow;

  @SuppressWarnings("NullAway.Init")
  LogsCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) {
    Iterator<ReadRunLogResponse> parts =
        connection
            .streams()
            .readRunLog(
                ReadRunLogRequest.newBuilder()
                    .setName(RunNames.resource(run))
                    .setAttempt(attempt)
                    .setFollow(follow)
                    .build());
    // Parts may be cut within a character: only whole lines are decoded.
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (parts.hasNext()) {
      for (byte next : parts.next().getContent().toByteArray()) {
        line.write(next);
        if (next == '\n') {
          out.print(line.toString(StandardCharsets.UTF_8));
          line.reset();
        }
      }
      out.flush();
    }
    out.print(line.toString(StandardCharsets.UTF_8));
    out.flush();
    return 0;
  }
}
