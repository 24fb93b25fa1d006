package dev.connectome.client;

import com.google.protobuf.FieldMask;
import dev.connectome.protos.run.v1.BatchReplayPolicyRequest;
import dev.connectome.protos.run.v1.BatchReplayPolicyResponse;
import dev.connectome.protos.run.v1.BatchStopTrainingRunsRequest;
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
import dev.connectome.protos.run.v1.ReadSeriesRequest;
import dev.connectome.protos.run.v1.ReadSeriesResponse;
import dev.connectome.protos.run.v1.ReplayPolicyRequest;
import dev.connectome.protos.run.v1.ReplayPolicyResponse;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.RunReplay;
import dev.connectome.protos.run.v1.RunSelection;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppedRun;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceBlockingStub;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import dev.connectome.protos.signature.v1.SignatureRecord;
import dev.connectome.protos.trainer.v1.StopMode;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A connection to a controller: creates, shows, follows and ends training runs. Thread-safe; one
 * client serves a whole program.
 *
 * <p>Runs are named by their id, their uid or their resource name ({@code runs/ID}). Every method
 * throws {@link ControllerException} if the controller refuses the call or cannot be reached, also
 * while a stream that it returned is read. A call that gives one answer ends within the deadline
 * ({@link ConnectomeClientBuilder#deadline}).
 *
 * <p>A call is repeated up to three times while the controller is unavailable if a repetition does
 * no harm: everything that only reads, and {@link #create}, which carries a request id. Other calls
 * are sent once.
 */
public final class ConnectomeClient implements AutoCloseable {
  private static final int PAGE_SIZE = 1000;

  private final ManagedChannel channel;
  private final TrainingRunServiceBlockingStub stub;
  private final Duration deadline;

  ConnectomeClient(ManagedChannel channel, TrainingRunServiceBlockingStub stub, Duration deadline) {
    this.channel = channel;
    this.stub = stub;
    this.deadline = deadline;
  }

  /**
   * Opens a client with the default settings; no request is made yet.
   *
   * @param endpoint HOST:PORT
   * @throws IllegalArgumentException if the endpoint is malformed
   */
  public static ConnectomeClient to(String endpoint) {
    return builder(endpoint).build();
  }

  /**
   * Begins the settings of a client.
   *
   * @param endpoint HOST:PORT
   * @throws IllegalArgumentException if the endpoint is malformed
   */
  public static ConnectomeClientBuilder builder(String endpoint) {
    return new ConnectomeClientBuilder(endpoint);
  }

  /**
   * Creates a run. The request gets an id, so that a repetition returns the run it created.
   *
   * @param id the run's id; empty lets the controller choose one
   * @param run what to train; output-only fields are ignored
   */
  public TrainingRun create(String id, TrainingRun run) {
    return create(
        CreateTrainingRunRequest.newBuilder().setTrainingRunId(id).setTrainingRun(run).build());
  }

  /**
   * Creates a run. Pass a {@code request_id} of your own to make the call safe to repeat across
   * restarts of your program; without one, the request gets a new id.
   */
  public TrainingRun create(CreateTrainingRunRequest request) {
    return call(calls -> calls.createTrainingRun(request));
  }

  /** Returns a run as it is now. */
  public TrainingRun get(String run) {
    var request = GetTrainingRunRequest.newBuilder().setName(RunNames.resource(run)).build();
    return call(calls -> calls.getTrainingRun(request));
  }

  /**
   * Lists runs, newest first unless the request has an order. Pages are fetched as the stream is
   * read.
   *
   * @param filter which runs, in which order and how much of each; its page size, 1000 if unset,
   *     limits a page and not the stream, and its page token is ignored
   */
  public Stream<TrainingRun> list(ListTrainingRunsRequest filter) {
    var request = filter.toBuilder();
    if (request.getPageSize() == 0) {
      request.setPageSize(PAGE_SIZE);
    }
    return PageIterator.stream(
        token -> listPage(request.setPageToken(token).build()),
        ListTrainingRunsResponse::getTrainingRunsList,
        ListTrainingRunsResponse::getNextPageToken);
  }

  /** Lists one page of runs, newest first, for callers that keep the page token themselves. */
  public ListTrainingRunsResponse listPage(ListTrainingRunsRequest request) {
    return call(calls -> calls.listTrainingRuns(request));
  }

  /**
   * Changes a run.
   *
   * @param changed the run, by its name, with the new values
   * @param mask what to change: {@code labels}, {@code labels.KEY}, {@code policy}, {@code
   *     shadow_policies}, {@code spec.epochs}; empty for what {@code changed} has
   */
  public TrainingRun update(TrainingRun changed, FieldMask mask) {
    return update(
        UpdateTrainingRunRequest.newBuilder().setTrainingRun(changed).setUpdateMask(mask).build());
  }

  /** Changes a run; with {@code validate_only}, only checks the request. */
  public TrainingRun update(UpdateTrainingRunRequest request) {
    return call(calls -> calls.updateTrainingRun(request));
  }

  /**
   * Stops a run. Stopping a run that is stopping or has ended is not an error.
   *
   * @param mode how soon; unspecified means graceful
   * @param reason why, for the record, at most 1024 characters; may be empty
   * @return the run, usually still STOPPING
   */
  public TrainingRun stop(String run, StopMode mode, String reason) {
    var request =
        StopTrainingRunRequest.newBuilder()
            .setName(RunNames.resource(run))
            .setMode(mode)
            .setReason(reason)
            .build();
    return call(calls -> calls.stopTrainingRun(request));
  }

  /**
   * Stops every selected live run; with {@code dry_run}, only lists them.
   *
   * @param request the selection needs a label or a prefix, and may cover at most 1000 live runs
   * @return the runs that were live and not yet stopping, newest first
   */
  public List<StoppedRun> batchStop(BatchStopTrainingRunsRequest request) {
    return call(calls -> calls.batchStopTrainingRuns(request)).getRunsList();
  }

  /** Continues a run that has ended from its newest checkpoint, as a new attempt. */
  public TrainingRun resume(String run) {
    return resume(ResumeTrainingRunRequest.newBuilder().setName(run).build());
  }

  /**
   * Continues a run that has ended from its newest checkpoint, as a new attempt.
   *
   * @param request the run, by its name or run_id; what happens to its policy, and when the policy
   *     may stop it again
   */
  public TrainingRun resume(ResumeTrainingRunRequest request) {
    var named = request.toBuilder().setName(RunNames.resource(request.getName())).build();
    return call(calls -> calls.resumeTrainingRun(named));
  }

  /**
   * Deletes a run and its history.
   *
   * @param force delete it even if it is live: it is stopped at once
   */
  public void delete(String run, boolean force) {
    var request =
        DeleteTrainingRunRequest.newBuilder()
            .setName(RunNames.resource(run))
            .setForce(force)
            .build();
    call(calls -> calls.deleteTrainingRun(request));
  }

  /** Prepares to follow a run from its beginning; see {@link RunWatch#toEnd}. */
  public RunWatch watch(String run) {
    return watch(run, 0);
  }

  /**
   * Prepares to follow a run.
   *
   * @param afterPosition the last position that you have seen, {@link RunWatch#position}
   */
  public RunWatch watch(String run, long afterPosition) {
    return new RunWatch(stub, RunNames.resource(run), afterPosition);
  }

  /**
   * Reads the log of an attempt. Returns when the log has been read, with {@code follow} when the
   * attempt has ended.
   *
   * @param attempt the attempt; 0 means the newest
   * @param follow wait for more as the log grows
   * @param lines gets one or more lines at a time, with their line ends
   */
  public void readLog(String run, int attempt, boolean follow, Consumer<String> lines) {
    var request =
        ReadRunLogRequest.newBuilder()
            .setName(RunNames.resource(run))
            .setAttempt(attempt)
            .setFollow(follow)
            .build();
    var log = new LogLines(lines);
    try {
      stub.readRunLog(request).forEachRemaining(part -> log.add(part.getContent()));
    } catch (StatusRuntimeException e) {
      throw new ControllerException(e);
    }
    log.end();
  }

  /** Lists what happened to a run, in order. Pages are fetched as the stream is read. */
  public Stream<RunEvent> events(String run) {
    var request =
        ListRunEventsRequest.newBuilder().setParent(RunNames.resource(run)).setPageSize(PAGE_SIZE);
    return PageIterator.stream(
        token -> call(calls -> calls.listRunEvents(request.setPageToken(token).build())),
        ListRunEventsResponse::getEventsList,
        ListRunEventsResponse::getNextPageToken);
  }

  /**
   * Lists the recorded signatures of a run, by attempt and epoch. Pages are fetched as the stream
   * is read. {@link Signatures#latest} leaves one an epoch.
   */
  public Stream<SignatureRecord> signatures(String run) {
    var request =
        ListSignaturesRequest.newBuilder().setParent(RunNames.resource(run)).setPageSize(PAGE_SIZE);
    return PageIterator.stream(
        token -> call(calls -> calls.listSignatures(request.setPageToken(token).build())),
        ListSignaturesResponse::getSignaturesList,
        ListSignaturesResponse::getNextPageToken);
  }

  /** Reads series of a run, thinned to a number of points. */
  public ReadSeriesResponse readSeries(ReadSeriesRequest request) {
    return call(calls -> calls.readSeries(request));
  }

  /** Evaluates another policy on the recorded series of a run. Changes nothing. */
  public ReplayPolicyResponse replay(String run, StoppingPolicy policy) {
    var request =
        ReplayPolicyRequest.newBuilder().setName(RunNames.resource(run)).setPolicy(policy).build();
    return call(calls -> calls.replayPolicy(request));
  }

  /**
   * Evaluates another policy on the recorded series of every selected run, newest first. Changes
   * nothing. Pages are fetched as the stream is read.
   */
  public Stream<RunReplay> batchReplay(RunSelection selection, StoppingPolicy policy) {
    var request = BatchReplayPolicyRequest.newBuilder().setSelection(selection).setPolicy(policy);
    return PageIterator.stream(
        token -> call(calls -> calls.batchReplayPolicy(request.setPageToken(token).build())),
        BatchReplayPolicyResponse::getReplaysList,
        BatchReplayPolicyResponse::getNextPageToken);
  }

  /** Returns whether decisions stop runs on this platform. */
  public Enforcement enforcement() {
    return call(calls -> calls.getEnforcement(GetEnforcementRequest.getDefaultInstance()));
  }

  /**
   * Suspends or resumes all enforcement. Decisions made during a suspension are recorded and never
   * stop a run.
   *
   * @param reason why, for the record, at most 1024 characters; may be empty
   */
  public Enforcement updateEnforcement(boolean suspended, String reason) {
    var request =
        UpdateEnforcementRequest.newBuilder()
            .setEnforcement(Enforcement.newBuilder().setSuspended(suspended).setReason(reason))
            .build();
    return call(calls -> calls.updateEnforcement(request));
  }

  /** Lists the changes of enforcement, newest first. Pages are fetched as the stream is read. */
  public Stream<Enforcement> enforcementChanges() {
    var request = ListEnforcementChangesRequest.newBuilder().setPageSize(PAGE_SIZE);
    return PageIterator.stream(
        token -> call(calls -> calls.listEnforcementChanges(request.setPageToken(token).build())),
        ListEnforcementChangesResponse::getChangesList,
        ListEnforcementChangesResponse::getNextPageToken);
  }

  /** Closes the connection; calls in progress fail. */
  @Override
  public void close() {
    channel.shutdownNow();
  }

  private <T> T call(Function<TrainingRunServiceBlockingStub, T> method) {
    try {
      return method.apply(stub.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS));
    } catch (StatusRuntimeException e) {
      throw new ControllerException(e);
    }
  }
}
