package dev.connectome.trainer.registry;

import com.google.protobuf.Duration;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceImplBase;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.ReportOutcomeResponse;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc.TrainerRegistryServiceImplBase;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A controller that notes what it is told, on a real port that it can leave and come back to. */
public final class FakeController implements AutoCloseable {

  /** What was called, in order. */
  public final List<String> calls = new CopyOnWriteArrayList<>();

  /** Outcomes that were reported, in order. */
  public final List<TrainingOutcome> outcomes = new CopyOnWriteArrayList<>();

  /** What heartbeats are answered with. */
  public final AtomicReference<StopCommand> stop = new AtomicReference<>();

  /** The budget that heartbeats are answered with; 0 for none. */
  public final AtomicInteger epochs = new AtomicInteger();

  /** What every call is refused with. */
  public final AtomicReference<Status> refusal = new AtomicReference<>();

  /** What a registration is answered with. */
  public final AtomicReference<RegisterTrainerResponse> assignment =
      new AtomicReference<>(
          RegisterTrainerResponse.newBuilder()
              .setAttempt(3)
              .setHeartbeatInterval(Duration.newBuilder().setNanos(50_000_000))
              .build());

  /** Who registered last. */
  public final AtomicReference<RegisterTrainerRequest> registration = new AtomicReference<>();

  /** The progress that was told last. */
  public final AtomicReference<TrainingProgress> progress =
      new AtomicReference<>(TrainingProgress.getDefaultInstance());

  private Server server;

  /**
   * Makes a controller and starts it.
   *
   * @param port where; 0 for any that is free
   */
  public static FakeController on(int port) throws IOException {
    var controller = new FakeController();
    controller.server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
            .addService(controller.new Registry())
            .addService(controller.new Runs())
            .build()
            .start();
    return controller;
  }

  /** Its port. */
  public int port() {
    return server.getPort();
  }

  /** Where it is, as host:port. */
  public String endpoint() {
    return "127.0.0.1:" + port();
  }

  @Override
  public void close() throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination();
  }

  private final class Registry extends TrainerRegistryServiceImplBase {

    @Override
    public void registerTrainer(
        RegisterTrainerRequest request, StreamObserver<RegisterTrainerResponse> observer) {
      registration.set(request);
      answer("register " + request.getInstanceId(), observer, assignment.get());
    }

    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> observer) {
      progress.set(request.getProgress());
      var response = HeartbeatResponse.newBuilder();
      if (stop.get() != null) {
        response.setStopCommand(stop.get());
      }
      if (epochs.get() > 0) {
        response.setEpochs(epochs.get());
      }
      answer("heartbeat", observer, response.build());
    }

    @Override
    public void reportOutcome(
        ReportOutcomeRequest request, StreamObserver<ReportOutcomeResponse> observer) {
      outcomes.add(request.getOutcome());
      answer(
          "outcome " + request.getOutcome().getEnd(),
          observer,
          ReportOutcomeResponse.getDefaultInstance());
    }
  }

  /** Knows every run, by the uid "run". */
  private final class Runs extends TrainingRunServiceImplBase {
    @Override
    public void getTrainingRun(
        GetTrainingRunRequest request, StreamObserver<TrainingRun> observer) {
      answer("get " + request.getName(), observer, TrainingRun.newBuilder().setUid("run").build());
    }
  }

  private <T> void answer(String call, StreamObserver<T> observer, T response) {
    calls.add(call);
    if (refusal.get() != null) {
      observer.onError(refusal.get().asRuntimeException());
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }
}
