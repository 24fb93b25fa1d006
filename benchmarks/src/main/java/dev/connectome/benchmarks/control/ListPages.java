package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.harness.Latencies;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.RunState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads pages of the list of runs and times each. */
final class ListPages {
  private static final int FIRST_PAGES = 40;
  private static final int ALL_PAGES = Integer.MAX_VALUE;

  private final ConnectomeClient client;

  ListPages(ConnectomeClient client) {
    this.client = client;
  }

  /** The pages of one query: runs listed, and how long a page took for the caller. */
  record Pages(String query, int pageSize, int runs, Latencies.Percentiles pageMillis) {}

  private record Query(String name, int size, int pages, ListTrainingRunsRequest filter) {}

  /** Times every kind of query that people make. */
  List<Pages> measure() {
    ListTrainingRunsRequest all = ListTrainingRunsRequest.getDefaultInstance();
    read(new Query("warm-up", 50, FIRST_PAGES, all), "");
    String lastToken = read(new Query("all", 1_000, ALL_PAGES, all), "").lastToken();
    List<Pages> pages = new ArrayList<>();
    pages.add(read(new Query("all, to the end", 1_000, ALL_PAGES, all), "").pages());
    for (Query query :
        List.of(
            firstPages("all, first pages", all),
            firstPages("state FAILED", states(RunState.RUN_STATE_FAILED)),
            firstPages("state RUNNING", states(RunState.RUN_STATE_RUNNING)),
            firstPages(
                "states STOPPED, FAILED",
                states(RunState.RUN_STATE_STOPPED, RunState.RUN_STATE_FAILED)),
            firstPages("label of 1 in 10", all.toBuilder().putLabels("team", "t3").build()),
            firstPages("label of 1 in 1000", all.toBuilder().putLabels("sweep", "s7").build()),
            firstPages("label of none", all.toBuilder().putLabels("team", "none").build()),
            firstPages("prefix of most", all.toBuilder().setIdPrefix("listed-").build()),
            firstPages("prefix of 1 in 100", all.toBuilder().setIdPrefix("listed-00042").build()),
            firstPages("prefix of none", all.toBuilder().setIdPrefix("nothing").build()),
            firstPages(
                "state and label of 1 in 1000",
                states(RunState.RUN_STATE_FAILED).toBuilder().putLabels("sweep", "s9").build()),
            firstPages(
                "state, label and prefix",
                states(RunState.RUN_STATE_STOPPED).toBuilder()
                    .putLabels("team", "t3")
                    .setIdPrefix("listed-0009")
                    .build()))) {
      pages.add(read(query, "").pages());
    }
    pages.add(read(firstPages("all, last pages", all), lastToken).pages());
    return pages;
  }

  private static Query firstPages(String name, ListTrainingRunsRequest filter) {
    return new Query(name, 50, FIRST_PAGES, filter);
  }

  private static ListTrainingRunsRequest states(RunState... states) {
    return ListTrainingRunsRequest.newBuilder().addAllStates(List.of(states)).build();
  }

  private record Reading(Pages pages, String lastToken) {}

  private Reading read(Query query, String from) {
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
    return new Reading(
        new Pages(query.name(), query.size(), runs, latencies.percentiles()), lastToken);
  }
}
