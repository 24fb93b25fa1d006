package dev.connectome.controller.api;

import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.SignatureCodec;
import dev.connectome.controller.filter.RunOrder;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.store.EventRow;
import dev.connectome.controller.store.RunList;
import dev.connectome.controller.store.RunPlace;
import dev.connectome.controller.store.SignatureRow;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.ListRunEventsResponse;
import dev.connectome.protos.run.v1.ListSignaturesRequest;
import dev.connectome.protos.run.v1.ListSignaturesResponse;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import java.util.Optional;

/** Lists runs, signatures and events, a page at a time. */
final class RunQueries {

  private final Store store;
  private final Runs runs;

  RunQueries(Store store, Runs runs) {
    this.store = store;
    this.runs = runs;
  }

  ListTrainingRunsResponse runs(ListTrainingRunsRequest request) {
    var tokens = PageTokens.of(request);
    RunOrder order = RunSelections.order(request);
    RunList.Filter filter = RunSelections.filter(request);
    Optional<RunPlace> start = tokens.place(order);
    return store.query(
        transaction -> {
          var response = ListTrainingRunsResponse.newBuilder();
          Page.<RunList.Listed, dev.connectome.protos.run.v1.TrainingRun>fill(
                  PageTokens.pageSize(request.getPageSize(), 50),
                  (last, limit) ->
                      transaction
                          .runList()
                          .list(
                              filter,
                              order,
                              last == null ? start : Optional.of(last.place()),
                              limit),
                  rows ->
                      RunViews.of(
                          request.getView(),
                          RunCodec.runs(
                              transaction, rows.stream().map(RunList.Listed::run).toList())),
                  response::addTrainingRuns)
              .ifPresent(last -> response.setNextPageToken(tokens.after(last.place())));
          return response.build();
        });
  }

  ListSignaturesResponse signatures(ListSignaturesRequest request) {
    var tokens = PageTokens.of(request);
    long[] start = tokens.numbers(2);
    return runs.read(
        RunRequests.id("parent", request.getParent()),
        (transaction, run) -> {
          var response = ListSignaturesResponse.newBuilder();
          Page.<SignatureRow, dev.connectome.protos.signature.v1.SignatureRecord>fill(
                  PageTokens.pageSize(request.getPageSize(), 100),
                  (last, limit) ->
                      transaction
                          .history()
                          .signatures(
                              run.uid(),
                              last == null ? (int) start[0] : last.attempt(),
                              last == null ? (int) start[1] : last.epoch(),
                              limit),
                  rows -> rows.stream().map(SignatureCodec::record).toList(),
                  response::addSignatures)
              .ifPresent(
                  last -> response.setNextPageToken(tokens.after(last.attempt(), last.epoch())));
          return response.build();
        });
  }

  ListRunEventsResponse events(ListRunEventsRequest request) {
    var tokens = PageTokens.of(request);
    long start = tokens.numbers(1)[0];
    return runs.read(
        RunRequests.id("parent", request.getParent()),
        (transaction, run) -> {
          var response = ListRunEventsResponse.newBuilder();
          Page.<EventRow, dev.connectome.protos.run.v1.RunEvent>fill(
                  PageTokens.pageSize(request.getPageSize(), 100),
                  (last, limit) ->
                      transaction
                          .history()
                          .events(run.uid(), last == null ? start : last.position(), limit),
                  rows -> rows.stream().map(RunCodec::event).toList(),
                  response::addEvents)
              .ifPresent(last -> response.setNextPageToken(tokens.after(last.position())));
          return response.build();
        });
  }
}
