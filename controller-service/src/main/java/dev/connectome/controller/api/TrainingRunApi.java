package dev.connectome.controller.api;

import com.google.protobuf.Empty;
import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.RunDefinition;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.run.v1.BatchReplayPolicyRequest;
import dev.connectome.protos.run.v1.BatchReplayPolicyResponse;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsRequest;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsResponse;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.GetEnforcementRequest;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.ListEnforcementChangesRequest;
import dev.connectome.protos.run.v1.ListEnforcementChangesResponse;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.ListRunEventsResponse;
import dev.connectome.protos.run.v1.ListSignaturesRequest;
import dev.connectome.protos.run.v1.ListSignaturesResponse;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.ReadRunLogRequest;
import dev.connectome.protos.run.v1.ReadRunLogResponse;
import dev.connectome.protos.run.v1.ReadSeriesRequest;
import dev.connectome.protos.run.v1.ReadSeriesResponse;
import dev.connectome.protos.run.v1.ReplayPolicyRequest;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceImplBase;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import dev.connectome.protos.run.v1.WatchTrainingRunRequest;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.smallrye.common.annotation.Blocking;
import java.util.function.Supplier;

/** The calls of people and pipelines. */
@GrpcService
@Blocking
public class TrainingRunApi extends TrainingRunServiceImplBase {

  private final Runs runs;
  private final RunQueries lists;
  private final ThinnedSeries series;
  private final StopCalls stops;
  private final PolicyReplays replays;
  private final EnforcementSwitch enforcements;
  private final RunWatches watchers;
  private final RunLogs logs;
  private final ControllerSettings settings;
  private final Store store;
  private final Repetitions repetitions;

  public TrainingRunApi(
      Store store, Runs runs, RunWatches watchers, RunLogs logs, ControllerSettings settings) {
    this.runs = runs;
    this.store = store;
    this.repetitions = new Repetitions(store);
    this.lists = new RunQueries(store, runs);
    this.series = new ThinnedSeries(runs);
    this.stops = new StopCalls(store, runs);
    this.replays = new PolicyReplays(store, runs);
    this.enforcements = new EnforcementSwitch(store);
    this.watchers = watchers;
    this.logs = logs;
    this.settings = settings;
  }

  @Override
  public void createTrainingRun(
      CreateTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () -> {
          LauncherType launcher =
              RunRequests.launcher(request.getTrainingRun(), settings.launch().standard());
          RunDefinition definition = RunRequests.definition(request.getTrainingRun(), launcher);
          if (launcher == LauncherType.LOCAL && settings.launch().local().command().isEmpty()) {
            throw new RunException(
                RunException.Kind.NO_LAUNCHER,
                "this controller starts no trainers itself; use launcher EXTERNAL, or set"
                    + " connectome.launch.local.command");
          }
          if (launcher == LauncherType.KUBERNETES && !settings.launch().kubernetes().enabled()) {
            throw new RunException(
                RunException.Kind.NO_LAUNCHER,
                "this controller starts no Jobs; start it with --launcher kubernetes, or set"
                    + " connectome.launch.kubernetes.enabled");
          }
          if (launcher == LauncherType.KUBERNETES) {
            RunRequests.refuse(
                KubernetesAllowance.violations(
                    definition.message().getKubernetes(), settings.launch().kubernetes()));
          }
          Supplier<TrainingRun> create =
              () ->
                  runs.create(
                      RunRequests.newId(request),
                      RunRequests.requestId(request),
                      launcher,
                      definition,
                      CallerInterceptor.current(),
                      RunCodec::run);
          return request.getValidateOnly()
              ? store.rolledBack(transaction -> create.get())
              : repetitions.once(request, create, create);
        });
  }

  @Override
  public void getTrainingRun(GetTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () ->
            RunViews.of(
                request.getView(),
                runs.read(RunRequests.id("name", request.getName()), RunCodec::run)));
  }

  @Override
  public void listTrainingRuns(
      ListTrainingRunsRequest request, StreamObserver<ListTrainingRunsResponse> observer) {
    UnaryCalls.handle(request, observer, () -> lists.runs(request));
  }

  @Override
  public void updateTrainingRun(
      UpdateTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () -> {
          String id = RunRequests.id("training_run.name", request.getTrainingRun().getName());
          Supplier<TrainingRun> update =
              () -> {
                RunRow run = runs.read(id, (transaction, row) -> row);
                return runs.update(
                    id,
                    definition -> RunRequests.changed(definition, run, request),
                    CallerInterceptor.current(),
                    RunCodec::run);
              };
          return request.getValidateOnly()
              ? store.rolledBack(transaction -> update.get())
              : repetitions.once(request, update, () -> runs.read(id, RunCodec::run));
        });
  }

  @Override
  public void stopTrainingRun(
      StopTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () ->
            repetitions.once(
                request,
                () -> stops.stop(request, CallerInterceptor.current()),
                () -> runs.read(RunRequests.id("name", request.getName()), RunCodec::run)));
  }

  @Override
  public void batchStopTrainingRuns(
      BatchStopTrainingRunsRequest request,
      StreamObserver<BatchStopTrainingRunsResponse> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () -> {
          repetitions.note(request);
          return stops.stop(request, CallerInterceptor.current());
        });
  }

  @Override
  public void resumeTrainingRun(
      ResumeTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () -> {
          String id = RunRequests.id("name", request.getName());
          return repetitions.once(
              request,
              () ->
                  runs.resume(
                      id,
                      request.getRearmAfterEpochs(),
                      definition -> RunRequests.resumed(definition, request),
                      CallerInterceptor.current(),
                      RunCodec::run),
              () -> runs.read(id, RunCodec::run));
        });
  }

  @Override
  public void deleteTrainingRun(DeleteTrainingRunRequest request, StreamObserver<Empty> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () -> {
          String id = RunRequests.id("name", request.getName());
          return repetitions.once(
              request,
              () -> {
                runs.delete(id, request.getForce(), CallerInterceptor.current());
                return Empty.getDefaultInstance();
              },
              Empty::getDefaultInstance);
        });
  }

  @Override
  public void watchTrainingRun(
      WatchTrainingRunRequest request, StreamObserver<WatchTrainingRunResponse> observer) {
    try {
      RequestChecks.check(request);
      RunRow run = runs.read(RunRequests.id("name", request.getName()), (tx, row) -> row);
      watchers.watch(
          run.uid(),
          request.getAfterPosition(),
          (ServerCallStreamObserver<WatchTrainingRunResponse>) observer);
    } catch (RuntimeException e) {
      observer.onError(ApiErrors.of(e));
    }
  }

  @Override
  public void listSignatures(
      ListSignaturesRequest request, StreamObserver<ListSignaturesResponse> observer) {
    UnaryCalls.handle(request, observer, () -> lists.signatures(request));
  }

  @Override
  public void readSeries(ReadSeriesRequest request, StreamObserver<ReadSeriesResponse> observer) {
    UnaryCalls.handle(request, observer, () -> series.read(request));
  }

  @Override
  public void listRunEvents(
      ListRunEventsRequest request, StreamObserver<ListRunEventsResponse> observer) {
    UnaryCalls.handle(request, observer, () -> lists.events(request));
  }

  @Override
  public void readRunLog(ReadRunLogRequest request, StreamObserver<ReadRunLogResponse> observer) {
    try {
      RequestChecks.check(request);
      RunRow run = runs.read(RunRequests.id("name", request.getName()), (tx, row) -> row);
      int attempt = request.getAttempt() == 0 ? run.attempt() : request.getAttempt();
      if (attempt > run.attempt()) {
        throw ApiErrors.invalid(
            "attempt", "must be 0 to %d, not %d".formatted(run.attempt(), attempt));
      }
      var stream = (ServerCallStreamObserver<ReadRunLogResponse>) observer;
      switch (run.launcher()) {
        case LOCAL -> logs.streamFile(run, attempt, request.getFollow(), stream);
        case KUBERNETES -> logs.streamFromLauncher(run, attempt, request.getFollow(), stream);
        case EXTERNAL ->
            throw new RunException(
                RunException.Kind.NO_LAUNCHER,
                "run \"%s\" has an external trainer; its log is where the trainer runs"
                    .formatted(run.runId()));
      }
    } catch (RuntimeException e) {
      observer.onError(ApiErrors.of(e));
    }
  }

  @Override
  public void replayPolicy(
      ReplayPolicyRequest request, StreamObserver<ReplayPolicyResponse> observer) {
    UnaryCalls.handle(request, observer, () -> replays.replay(request));
  }

  @Override
  public void batchReplayPolicy(
      BatchReplayPolicyRequest request, StreamObserver<BatchReplayPolicyResponse> observer) {
    UnaryCalls.handle(request, observer, () -> replays.replay(request));
  }

  @Override
  public void getEnforcement(GetEnforcementRequest request, StreamObserver<Enforcement> observer) {
    UnaryCalls.handle(request, observer, enforcements::get);
  }

  @Override
  public void updateEnforcement(
      UpdateEnforcementRequest request, StreamObserver<Enforcement> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () ->
            repetitions.once(
                request,
                () -> enforcements.update(request, CallerInterceptor.current()),
                enforcements::get));
  }

  @Override
  public void listEnforcementChanges(
      ListEnforcementChangesRequest request,
      StreamObserver<ListEnforcementChangesResponse> observer) {
    UnaryCalls.handle(request, observer, () -> enforcements.changes(request));
  }
}
