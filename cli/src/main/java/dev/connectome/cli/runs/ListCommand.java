package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
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
      description = "The most runs to show. Default: ${DEFAULT-VALUE}")
  private int limit;

  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, PrintWriter out) {
    if (limit < 1) {
      throw CommandFailure.badInput("--limit is " + limit + ": it must be at least 1");
    }
    ListTrainingRunsRequest.Builder filter =
        ListTrainingRunsRequest.newBuilder()
            .putAllLabels(labels)
            .setIdPrefix(prefix)
            .setPageSize(Math.min(LARGEST_PAGE, limit));
    states.forEach(
        state ->
            filter.addStatesValue(EnumNames.parse("--state", RunState.getDescriptor(), state)));
    List<TrainingRun> runs = client.list(filter.build()).limit(limit).toList();
    output.print(
        out,
        ListTrainingRunsResponse.newBuilder().addAllTrainingRuns(runs).build(),
        () -> RunTables.runs(runs));
    return 0;
  }
}
