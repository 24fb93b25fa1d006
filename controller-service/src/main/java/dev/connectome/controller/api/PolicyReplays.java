package dev.connectome.controller.api;

import com.google.rpc.Code;
import dev.connectome.controller.codec.DecisionCodec;
import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.filter.RunOrder;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.lifecycle.RunSeries;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.run.Echo;
import dev.connectome.controller.store.RunList;
import dev.connectome.controller.store.RunPlace;
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
import dev.connectome.stopping.EpochObservation;
import dev.connectome.stopping.PolicyReplay;
import dev.connectome.stopping.RunHistory;
import io.grpc.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Evaluates policies on the recorded series of runs. */
final class PolicyReplays {

  private static final int MAX_REPLAYS = 3;
  private static final int MAX_WAIT_SECONDS = 10;

  private final Semaphore permits = new Semaphore(MAX_REPLAYS, true);
  private final Store store;
  private final Runs runs;

  PolicyReplays(Store store, Runs runs) {
    this.store = store;
    this.runs = runs;
  }

  ReplayPolicyResponse replay(ReplayPolicyRequest request) {
    return withPermit(
        () ->
            runs.read(
                RunRequests.id("name", request.getName()),
                (transaction, run) -> {
                  ReplayPolicyResponse replay = replay(transaction, run, request.getPolicy());
                  requireSeries(transaction, run, replay.getMissingSeriesList());
                  return replay;
                }));
  }

  BatchReplayPolicyResponse replay(BatchReplayPolicyRequest request) {
    var tokens = PageTokens.of(request);
    Optional<RunPlace> start = tokens.place(RunOrder.NEWEST_FIRST);
    RunList.Filter filter = RunSelections.filter(request.getSelection());
    var response = BatchReplayPolicyResponse.newBuilder();
    Page.<RunRow, RunReplay>fill(
            PageTokens.pageSize(request.getPageSize(), 50),
            (last, limit) ->
                store.query(
                    transaction ->
                        transaction
                            .runList()
                            .list(
                                filter,
                                last == null ? start : Optional.of(RunPlace.of(last)),
                                limit)),
            rows -> rows.stream().map(run -> replay(run, request.getPolicy())).toList(),
            response::addReplays)
        .ifPresent(last -> response.setNextPageToken(tokens.after(RunPlace.of(last))));
    return response.build();
  }

  private RunReplay replay(RunRow run, StoppingPolicy policy) {
    ReplayPolicyResponse replay =
        withPermit(() -> store.query(transaction -> replay(transaction, run, policy)));
    return RunReplay.newBuilder()
        .setName("runs/" + run.runId())
        .setState(RunCodec.state(run.state()))
        .setReplay(replay)
        .build();
  }

  /** Replays read much: at any time few do, so that lists and watches are not kept waiting. */
  private <T> T withPermit(Supplier<T> replay) {
    try {
      if (!permits.tryAcquire(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw ApiErrors.of(
            Code.RESOURCE_EXHAUSTED,
            "TOO_MANY_REPLAYS",
            "%d replays are running; try again later".formatted(MAX_REPLAYS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunException(RunException.Kind.SHUTTING_DOWN, "the controller is shutting down");
    }
    try {
      return replay.get();
    } finally {
      permits.release();
    }
  }

  /** Of a series without values "it would not have stopped" would be no finding. */
  private static void requireSeries(Transaction transaction, RunRow run, List<String> missing) {
    if (!missing.isEmpty()) {
      throw ApiErrors.of(
          Code.FAILED_PRECONDITION,
          "SERIES_MISSING",
          "run \"%s\" has no value of %s, which the policy reads, so it could not decide; the run has %s"
              .formatted(
                  run.runId(),
                  missing.stream().map(Echo::of).collect(Collectors.joining(", ")),
                  String.join(", ", transaction.series().names(run.uid()))));
    }
  }

  private static ReplayPolicyResponse replay(
      Transaction transaction, RunRow run, StoppingPolicy policy) {
    RunDefinition definition = RunDefinition.of(run.definition());
    var guarded = definition.guarded(policy);
    RunHistory history = history(transaction, run, definition, guarded);
    PolicyReplay replay = PolicyReplay.of(guarded, history);
    var response =
        ReplayPolicyResponse.newBuilder()
            .setLastEpoch(replay.lastEpoch())
            .setEpochsSaved(replay.epochsSaved());
    if (replay.lastEpoch() > 0) {
      new TreeSet<>(guarded.monitors())
          .stream()
              .filter(monitor -> history.series(monitor).points().isEmpty())
              .forEach(response::addMissingSeries);
    }
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

  /** What the replay reads, which is little of what was recorded. */
  private static RunHistory history(
      Transaction transaction,
      RunRow run,
      RunDefinition definition,
      dev.connectome.stopping.StoppingPolicy policy) {
    List<EpochObservation> observations = new ArrayList<>();
    new RunSeries(transaction, run.uid(), run.position(), PolicyReplay.series(policy), false)
        .forEach(
            observation -> {
              requireCaller();
              observations.add(observation);
            });
    return RunHistory.of(observations, definition.spec().getProbe().getEveryEpochs());
  }

  /** A replay that nobody waits for any more is broken off. */
  private static void requireCaller() {
    if (Context.current().isCancelled()) {
      throw ApiErrors.of(Code.CANCELLED, "CANCELLED", "the caller has cancelled the replay");
    }
  }

  private static int keptEpoch(StoppingDecision decision) {
    return decision.hasRestoreEpoch() ? decision.getRestoreEpoch() : decision.getStopEpoch();
  }
}
