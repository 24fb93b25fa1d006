package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.Latencies;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Turns pages of the list of runs and times each. */
final class ListPages {
  private static final int FEW = 40;
  private static final int ALL = Integer.MAX_VALUE;

  private final ConnectomeClient client;

  ListPages(ConnectomeClient client) {
    this.client = client;
  }

  /**
   * The pages of one query.
   *
   * @param query what was asked for
   * @param pageSize runs a page
   * @param runs how many were listed
   * @param pageMillis how long a page took, as the caller saw it
   */
  record Pages(String query, int pageSize, int runs, Latencies.Percentiles pageMillis) {}

  private record Query(String name, int size, int pages, ListTrainingRunsRequest filter) {}

  /** Asks everything that people ask of a list. */
  List<Pages> measure() {
    ListTrainingRunsRequest all = ListTrainingRunsRequest.getDefaultInstance();
    turn(new Query("warm-up", 50, FEW, all), "");
    String deep = turn(new Query("all", 1_000, ALL, all), "").lastToken();
    List<Pages> pages = new ArrayList<>();
    pages.add(turn(new Query("all, to the end", 1_000, ALL, all), "").pages());
    for (Query query :
        List.of(
            few("all, first pages", all),
            few("state FAILED", states(RunState.RUN_STATE_FAILED)),
            few("state RUNNING", states(RunState.RUN_STATE_RUNNING)),
            few(
                "states STOPPED, FAILED",
                states(RunState.RUN_STATE_STOPPED, RunState.RUN_STATE_FAILED)),
            few("label of 1 in 10", all.toBuilder().putLabels("team", "t3").build()),
            few("label of 1 in 1000", all.toBuilder().putLabels("sweep", "s7").build()),
            few("label of none", all.toBuilder().putLabels("team", "none").build()),
            few("prefix of most", all.toBuilder().setIdPrefix("listed-").build()),
            few("prefix of 1 in 100", all.toBuilder().setIdPrefix("listed-00042").build()),
            few("prefix of none", all.toBuilder().setIdPrefix("nothing").build()),
            few(
                "state and label of 1 in 1000",
                states(RunState.RUN_STATE_FAILED).toBuilder().putLabels("sweep", "s9").build()),
            few(
                "state, label and prefix",
                states(RunState.RUN_STATE_STOPPED).toBuilder()
                    .putLabels("team", "t3")
                    .setIdPrefix("listed-0009")
                    .build()))) {
      pages.add(turn(query, "").pages());
    }
    pages.add(turn(few("all, last pages", all), deep).pages());
    return pages;
  }

  private static Query few(String name, ListTrainingRunsRequest filter) {
    return new Query(name, 50, FEW, filter);
  }

  private static ListTrainingRunsRequest states(RunState... states) {
    return ListTrainingRunsRequest.newBuilder().addAllStates(List.of(states)).build();
  }

  private record Turned(Pages pages, String lastToken) {}

  private Turned turn(Query query, String from) {
    Latencies latencies = new Latencies();
    String token = from;
    String lastToken = from;
    int runs = 0;
    int pages = 0;
    do {
      ListTrainingRunsRequest request =
          query.filter().toBuilder().setPageSize(query.size()).setPageToken(token).build();
      long start = System.nanoTime();
      ListTrainingRunsResponse page = client.listPage(request);
      latencies.add(Duration.ofNanos(System.nanoTime() - start));
      runs += page.getTrainingRunsCount();
      lastToken = page.getNextPageToken().isEmpty() ? token : page.getNextPageToken();
      token = page.getNextPageToken();
      pages++;
    } while (!token.isEmpty() && pages < query.pages());
    return new Turned(
        new Pages(query.name(), query.size(), runs, latencies.percentiles()), lastToken);
  }
}
