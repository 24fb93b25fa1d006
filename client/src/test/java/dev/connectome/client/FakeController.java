package dev.connectome.client;

import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.GetEnforcementRequest;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.ReadRunLogRequest;
import dev.connectome.protos.run.v1.ReadRunLogResponse;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceImplBase;
import dev.connectome.protos.run.v1.WatchTrainingRunRequest;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A scripted controller over real gRPC that records requests and headers. */
final class FakeController extends TrainingRunServiceImplBase implements AutoCloseable {
  final List<Metadata> headers = new CopyOnWriteArrayList<>();
  final List<Object> requests = new CopyOnWriteArrayList<>();

  /** Each is thrown at one call, before any is answered. */
  final Queue<StatusRuntimeException> failures = new ConcurrentLinkedQueue<>();

  final Queue<ListTrainingRunsResponse> pages = new ConcurrentLinkedQueue<>();
  final Queue<List<WatchTrainingRunResponse>> watches = new ConcurrentLinkedQueue<>();
  final List<ReadRunLogResponse> log = new ArrayList<>();
  private final Server server;

  FakeController() throws IOException {
    this(InsecureServerCredentials.create());
  }

  FakeController(ServerCredentials credentials) throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, credentials)
            .intercept(new HeaderRecorder())
            .addService(this)
            .build()
            .start();
  }

  String endpoint() {
    return "localhost:" + server.getPort();
  }

  private <T> void answer(Object request, T answer, StreamObserver<T> observer) {
    requests.add(request);
    StatusRuntimeException failure = failures.poll();
    if (failure == null) {
      observer.onNext(answer);
      observer.onCompleted();
    } else {
      observer.onError(failure);
    }
  }

  @Override
  public void createTrainingRun(
      CreateTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
    answer(request, request.getTrainingRun(), observer);
  }

  @Override
  public void getTrainingRun(GetTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
    answer(request, TrainingRun.newBuilder().setName(request.getName()).build(), observer);
  }

  @Override
  public void resumeTrainingRun(
      ResumeTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
    answer(request, TrainingRun.getDefaultInstance(), observer);
  }

  @Override
  public void listTrainingRuns(
      ListTrainingRunsRequest request, StreamObserver<ListTrainingRunsResponse> observer) {
    answer(request, pages.remove(), observer);
  }

  @Override
  public void getEnforcement(GetEnforcementRequest request, StreamObserver<Enforcement> observer) {
    answer(request, Enforcement.getDefaultInstance(), observer);
  }

  @Override
  public void readRunLog(ReadRunLogRequest request, StreamObserver<ReadRunLogResponse> observer) {
    requests.add(request);
    log.forEach(observer::onNext);
    observer.onCompleted();
  }

  /** Sends the items of one watch, then the failure that is next, if any. */
  @Override
  public void watchTrainingRun(
      WatchTrainingRunRequest request, StreamObserver<WatchTrainingRunResponse> observer) {
    requests.add(request);
    watches.remove().forEach(observer::onNext);
    StatusRuntimeException failure = failures.poll();
    if (failure == null) {
      observer.onCompleted();
    } else {
      observer.onError(failure);
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class HeaderRecorder implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata received, ServerCallHandler<Q, A> next) {
      headers.add(received);
      return next.startCall(call, received);
    }
  }
}
