package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.RunView;
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
    description = "Lists runs.")
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
      names = "--filter",
      paramLabel = "FILTER",
      defaultValue = "",
      description = {
        "Only runs for which this is true, for instance",
        "'state = RUNNING AND lowest.trainLoss < 0.2'. Fields: name, state, launcher,",
        "labels.KEY, attempt, progress.completed_epochs, metrics.NAME, lowest.NAME,",
        "highest.NAME, create_time, update_time, start_time, end_time,",
        "decision.policy_id. Joined by AND, OR and NOT."
      })
  private String filter;

  @Option(
      names = "--sort",
      paramLabel = "FIELDS",
      defaultValue = "",
      description = {
        "The order, by fields as in --filter, for instance",
        "'lowest.trainLoss, create_time desc'. Default: the newest first."
      })
  private String order;

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
    ListTrainingRunsRequest.Builder request =
        ListTrainingRunsRequest.newBuilder()
            .putAllLabels(labels)
            .setIdPrefix(prefix)
            .setFilter(filter)
            .setOrderBy(order)
            .setView(output.isTable() ? RunView.RUN_VIEW_BASIC : RunView.RUN_VIEW_FULL)
            .setPageSize(Math.min(LARGEST_PAGE, limit));
    states.forEach(
        state ->
            request.addStatesValue(EnumNames.parse("--state", RunState.getDescriptor(), state)));
    List<TrainingRun> runs = client.list(request.build()).limit(limit).toList();
    output.print(
        out,
        ListTrainingRunsResponse.newBuilder().addAllTrainingRuns(runs).build(),
        () -> RunTables.runs(runs));
    return 0;
  }
}
