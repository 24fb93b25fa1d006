package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.ControllerException;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.RunView;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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
  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);

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

  @Option(
      names = {"-w", "--watch"},
      description = "Go on until Ctrl-C: print a run again whenever what is shown of it changes.")
  private boolean watch;

  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, PrintWriter out) throws InterruptedException {
    if (limit < 1) {
      throw CommandFailure.badInput("--limit is " + limit + ": it must be at least 1");
    }
    ListTrainingRunsRequest.Builder request =
        ListTrainingRunsRequest.newBuilder()
            .putAllLabels(labels)
            .setIdPrefix(prefix)
            .setFilter(filter)
            .setOrderBy(order)
            .setView(output.isWhole() ? RunView.RUN_VIEW_FULL : RunView.RUN_VIEW_BASIC)
            .setPageSize(Math.min(LARGEST_PAGE, limit));
    states.forEach(
        state ->
            request.addStatesValue(EnumNames.parse("--state", RunState.getDescriptor(), state)));
    if (watch) {
      watch(client, request.build(), out);
    }
    List<TrainingRun> runs = client.list(request.build()).limit(limit).toList();
    output.print(
        out,
        ListTrainingRunsResponse.newBuilder().addAllTrainingRuns(runs).build(),
        runs,
        RunTables.RUNS);
    return 0;
  }

  private void watch(ConnectomeClient client, ListTrainingRunsRequest request, PrintWriter out)
      throws InterruptedException {
    Consumer<List<TrainingRun>> printer = output.following(out, RunTables.RUNS);
    Map<String, String> shown = new HashMap<>();
    boolean away = false;
    while (true) {
      try {
        List<TrainingRun> runs = client.list(request).limit(limit).toList();
        printer.accept(
            runs.stream()
                .filter(run -> !row(run).equals(shown.put(run.getUid(), row(run))))
                .toList());
        shown.keySet().retainAll(runs.stream().map(TrainingRun::getUid).toList());
        away = false;
      } catch (ControllerException e) {
        if (!e.isTransient()) {
          throw e;
        }
        if (!away) {
          note("the controller is unavailable; asking again ...");
        }
        away = true;
      }
      Thread.sleep(WATCH_INTERVAL.toMillis());
    }
  }

  private static String row(TrainingRun run) {
    return RunTables.RUNS.csvLine(run);
  }
}
