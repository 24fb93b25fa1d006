package dev.connectome.cli.runs;

import com.google.protobuf.Empty;
import com.google.protobuf.util.Timestamps;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.DeleteTrainingRunRequest;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.ListRunEventsResponse;
import dev.connectome.protos.run.v1.ListSignaturesRequest;
import dev.connectome.protos.run.v1.ListSignaturesResponse;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.ReadSeriesRequest;
import dev.connectome.protos.run.v1.ReadSeriesResponse;
import dev.connectome.protos.run.v1.RecordedSeries;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceImplBase;
import dev.connectome.protos.signature.v1.SignatureRecord;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** Keeps runs in memory and answers over real gRPC. */
final class FakeController extends TrainingRunServiceImplBase implements AutoCloseable {
  final Map<String, TrainingRun> runs = new ConcurrentSkipListMap<>();
  final List<CreateTrainingRunRequest> created = new CopyOnWriteArrayList<>();
  volatile int epochs = 60;
  private final Server server;

  FakeController() throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(this)
            .build()
            .start();
  }

  String endpoint() {
    return "localhost:" + server.getPort();
  }

  void put(TrainingRun.Builder run) {
    runs.put(run.getName(), run.build());
  }

  void change(String name, UnaryOperator<TrainingRun> change) {
    runs.computeIfPresent(name, (key, run) -> change.apply(run));
  }

  private <T> void answer(String name, T answer, StreamObserver<T> observer) {
    if (runs.containsKey(name)) {
      observer.onNext(answer);
      observer.onCompleted();
    } else {
      observer.onError(
          Status.NOT_FOUND.withDescription("there is no run " + name).asRuntimeException());
    }
  }

  @Override
  public void createTrainingRun(
      CreateTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
    created.add(request);
    observer.onNext(
        request.getTrainingRun().toBuilder().setName("runs/" + request.getTrainingRunId()).build());
    observer.onCompleted();
  }

  @Override
  public void getTrainingRun(GetTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
    answer(request.getName(), runs.get(request.getName()), observer);
  }

  @Override
  public void listTrainingRuns(
      ListTrainingRunsRequest request, StreamObserver<ListTrainingRunsResponse> observer) {
    observer.onNext(
        ListTrainingRunsResponse.newBuilder().addAllTrainingRuns(runs.values()).build());
    observer.onCompleted();
  }

  /** Of every run the same: a loss that falls and a distance that settles. */
  @Override
  public void readSeries(ReadSeriesRequest request, StreamObserver<ReadSeriesResponse> observer) {
    ReadSeriesResponse.Builder answer = ReadSeriesResponse.newBuilder();
    for (String name : request.getSeriesList()) {
      RecordedSeries.Builder series = answer.addSeriesBuilder().setName(name);
      int points = Math.min(epochs, request.getMaxPoints());
      for (int point = 0; point < points; point++) {
        int epoch = 1 + (int) ((long) point * (epochs - 1) / Math.max(1, points - 1));
        series.addEpochs(epoch).addValues(1.0 / 3 / epoch);
      }
    }
    answer(request.getName(), answer.build(), observer);
  }

  @Override
  public void listRunEvents(
      ListRunEventsRequest request, StreamObserver<ListRunEventsResponse> observer) {
    RunEvent created =
        RunEvent.newBuilder()
            .setKind("CREATED")
            .setMessage("<b>hers</b>")
            .setEventTime(Timestamps.fromSeconds(1_767_225_600))
            .build();
    answer(
        request.getParent(),
        ListRunEventsResponse.newBuilder().addEvents(created).build(),
        observer);
  }

  @Override
  public void listSignatures(
      ListSignaturesRequest request, StreamObserver<ListSignaturesResponse> observer) {
    ListSignaturesResponse.Builder answer = ListSignaturesResponse.newBuilder();
    for (int epoch = 1; epoch <= Math.min(epochs, 1000); epoch++) {
      SignatureRecord.Builder record = answer.addSignaturesBuilder().setEpoch(epoch);
      for (int quantile = 0; quantile <= 64; quantile++) {
        record.getSignatureBuilder().getBirthsBuilder().addQuantiles(quantile / 65f);
        record.getSignatureBuilder().getDeathsBuilder().addQuantiles(quantile / 75f);
      }
    }
    answer(request.getParent(), answer.build(), observer);
  }

  @Override
  public void stopTrainingRun(
      StopTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
    change(request.getName(), run -> run.toBuilder().setState(RunState.RUN_STATE_STOPPING).build());
    answer(request.getName(), runs.get(request.getName()), observer);
  }

  @Override
  public void deleteTrainingRun(DeleteTrainingRunRequest request, StreamObserver<Empty> observer) {
    answer(request.getName(), Empty.getDefaultInstance(), observer);
    runs.remove(request.getName());
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
