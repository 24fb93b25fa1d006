package dev.connectome.controller.api;

import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.store.EventRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.SignatureRow;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.ListRunEventsResponse;
import dev.connectome.protos.run.v1.ListSignaturesRequest;
import dev.connectome.protos.run.v1.ListSignaturesResponse;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import java.util.List;

/** Lists runs, signatures and events, a page at a time. */
final class RunQueries {

  private final Store store;
  private final Runs runs;

  RunQueries(Store store, Runs runs) {
    this.store = store;
    this.runs = runs;
  }

  ListTrainingRunsResponse runs(ListTrainingRunsRequest request) {
    int size = PageTokens.pageSize(request.getPageSize(), 50);
    return store.query(
        transaction -> {
          List<RunRow> rows =
              transaction
                  .runList()
                  .list(
                      RunSelections.filter(request),
                      PageTokens.place(request.getPageToken()),
                      size + 1);
          var response = ListTrainingRunsResponse.newBuilder();
          response.addAllTrainingRuns(
              RunCodec.runs(transaction, rows.stream().limit(size).toList()));
          if (rows.size() > size) {
            response.setNextPageToken(PageTokens.after(rows.get(size - 1)));
          }
          return response.build();
        });
  }

  ListSignaturesResponse signatures(ListSignaturesRequest request) {
    int size = PageTokens.pageSize(request.getPageSize(), 100);
    long[] after = PageTokens.numbers(request.getPageToken(), 2);
    List<SignatureRow> rows =
        runs.read(
            RunRequests.id("parent", request.getParent()),
            (tx, run) ->
                tx.history().signatures(run.uid(), (int) after[0], (int) after[1], size + 1));
    var response = ListSignaturesResponse.newBuilder();
    rows.stream().limit(size).forEach(row -> response.addSignatures(SignatureCodec.record(row)));
    if (rows.size() > size) {
      SignatureRow last = rows.get(size - 1);
      response.setNextPageToken(PageTokens.after(last.attempt(), last.epoch()));
    }
    return response.build();
  }

  ListRunEventsResponse events(ListRunEventsRequest request) {
    int size = PageTokens.pageSize(request.getPageSize(), 100);
    long after = PageTokens.numbers(request.getPageToken(), 1)[0];
    List<EventRow> rows =
        runs.read(
            RunRequests.id("parent", request.getParent()),
            (tx, run) -> tx.history().events(run.uid(), after, size + 1));
    var response = ListRunEventsResponse.newBuilder();
    rows.stream().limit(size).forEach(row -> response.addEvents(RunCodec.event(row)));
    if (rows.size() > size) {
      response.setNextPageToken(PageTokens.after(rows.get(size - 1).position()));
    }
    return response.build();
  }
}
