package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.report.Display;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome runs list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Lists runs, newest first.")
final class ListCommand extends ControllerCommand {
  private static final int LARGEST_PAGE = 1000;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      split = ",",
      description = "Only runs in one of these states, for instance RUNNING,LOST.")
  private List<String> states = new ArrayList<>();

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "Only runs with this label; may be repeated.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Only runs whose names begin with this.")
  private String prefix;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "Runs to show at most. Default: ${DEFAULT-VALUE}")
  private int limit;

  @Mixin private OutputOption output;

  @SuppressWarnings("NullAway.Init")
  ListCommand() {}

  @Override
  int call(ConnectomeClient connection, PrintWriter out) {
    if (limit < 1) {
      throw CommandFailure.badInput("--limit is " + limit + ": it must be at least 1");
    }
    ListTrainingRunsRequest.Builder request =
        ListTrainingRunsRequest.newBuilder().putAllLabels(labels).setIdPrefix(prefix);
    states.forEach(state -> request.addStates(Display.state("--state", state)));
    ListTrainingRunsResponse.Builder found = ListTrainingRunsResponse.newBuilder();
    do {
      request.setPageSize(Math.min(LARGEST_PAGE, limit - found.getTrainingRunsCount()));
      ListTrainingRunsResponse page = connection.calls().listTrainingRuns(request.build());
      found.addAllTrainingRuns(page.getTrainingRunsList());
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty() && found.getTrainingRunsCount() < limit);
    ListTrainingRunsResponse answer = found.build();
    output.print(out, answer, () -> RunTables.runs(answer));
    return 0;
  }
}
