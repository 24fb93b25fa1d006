package dev.connectome.controller.api;

import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.lifecycle.PolicyEvaluator;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.store.RunList;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import dev.connectome.protos.run.v1.BatchReplayPolicyRequest;
import dev.connectome.protos.run.v1.BatchReplayPolicyResponse;
import dev.connectome.protos.run.v1.ReplayPolicyRequest;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.RunReplay;
import dev.connectome.protos.run.v1.StoppingDecision;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.stopping.PolicyReplay;
import dev.connectome.stopping.RunHistory;
import java.util.Optional;

/** Evaluates policies on the recorded series of runs. */
final class PolicyReplays {

  private final Store store;
  private final Runs runs;

  PolicyReplays(Store store, Runs runs) {
    this.store = store;
    this.runs = runs;
  }

  ReplayPolicyResponse replay(ReplayPolicyRequest request) {
    return runs.read(
        RunRequests.id("name", request.getName()),
        (transaction, run) -> replay(transaction, run, request.getPolicy()));
  }

  BatchReplayPolicyResponse replay(BatchReplayPolicyRequest request) {
    var tokens = PageTokens.of(request);
    Optional<RunList.Place> start = tokens.place();
    RunList.Filter filter = RunSelections.filter(request.getSelection());
    return store.inTransaction(
        transaction -> {
          var response = BatchReplayPolicyResponse.newBuilder();
          Page.<RunRow, RunReplay>fill(
                  PageTokens.pageSize(request.getPageSize(), 50),
                  (last, limit) ->
                      transaction
                          .runList()
                          .list(
                              filter,
                              last == null
                                  ? start
                                  : Optional.of(new RunList.Place(last.createTime(), last.uid())),
                              limit),
                  rows ->
                      rows.stream()
                          .map(
                              run ->
                                  RunReplay.newBuilder()
                                      .setName("runs/" + run.runId())
                                      .setState(RunCodec.state(run.state()))
                                      .setReplay(replay(transaction, run, request.getPolicy()))
                                      .build())
                          .toList(),
                  response::addReplays)
              .ifPresent(last -> response.setNextPageToken(tokens.after(last)));
          return response.build();
        });
  }

  private static ReplayPolicyResponse replay(
      Transaction transaction, RunRow run, StoppingPolicy policy) {
    RunDefinition definition = RunDefinition.of(run.definition());
    RunHistory history = PolicyEvaluator.history(transaction, run, definition);
    PolicyReplay replay = PolicyReplay.of(definition.guarded(policy), history);
    var response =
        ReplayPolicyResponse.newBuilder()
            .setLastEpoch(replay.lastEpoch())
            .setEpochsSaved(replay.epochsSaved());
    Optional<StoppingDecision> recorded =
        transaction.history().enforcedDecision(run.uid()).map(DecisionCodec::decision);
    recorded.ifPresent(response::setRecordedDecision);
    replay
        .decision()
        .map(decision -> DecisionCodec.decision(decision).toBuilder().setShadow(true))
        .ifPresent(response::setDecision);
    replay
        .accuracyDifference(recorded.map(PolicyReplays::keptEpoch).orElse(replay.lastEpoch()))
        .ifPresent(response::setAccuracyDifference);
    return response.build();
  }

  private static int keptEpoch(StoppingDecision decision) {
    return decision.hasRestoreEpoch() ? decision.getRestoreEpoch() : decision.getStopEpoch();
  }
}
