package dev.connectome.benchmarks.trainer;

import com.google.protobuf.util.Durations;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.ReportOutcomeResponse;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc.TrainerRegistryServiceImplBase;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The controller of one trainer at a time: gives it its training and takes what it tells. What the
 * trainer's process has used is read while it waits for the answer to its last call.
 */
final class Registry implements AutoCloseable {
  private static final long HEARTBEAT_MILLIS = 200;

  private final Server server;
  private volatile Training current =
      new Training(
          TrainingSpec.getDefaultInstance(),
          () -> {
            throw new IllegalStateException("no trainer was started");
          });

  /**
   * What a trainer told at its end.
   *
   * @param outcome how it ended
   * @param progress what it told last before
   * @param process what its process had used then
   */
  record Ended(TrainingOutcome outcome, TrainingProgress progress, Used process) {}

  /**
   * What a process has used.
   *
   * @param cpuSeconds processor time of all its threads
   * @param peakResidentBytes the most resident memory it had
   */
  record Used(double cpuSeconds, long peakResidentBytes) {}

  /** A training that was given out. */
  static final class Training {
    private final TrainingSpec spec;
    private final Supplier<Used> process;
    private final CompletableFuture<Ended> end = new CompletableFuture<>();
    private volatile TrainingProgress progress = TrainingProgress.getDefaultInstance();

    private Training(TrainingSpec spec, Supplier<Used> process) {
      this.spec = spec;
      this.process = process;
    }

    CompletableFuture<Ended> end() {
      return end;
    }
  }

  Registry() throws IOException {
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Service())
            .build()
            .start();
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  /**
   * What the next trainer that registers gets.
   *
   * @param process tells what its process has used
   */
  Training give(TrainingSpec spec, Supplier<Used> process) {
    Training training = new Training(spec, process);
    current = training;
    return training;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Service extends TrainerRegistryServiceImplBase {
    @Override
    public void registerTrainer(
        RegisterTrainerRequest request, StreamObserver<RegisterTrainerResponse> observer) {
      answer(
          observer,
          RegisterTrainerResponse.newBuilder()
              .setAttempt(1)
              .setSpec(current.spec)
              .setHeartbeatInterval(Durations.fromMillis(HEARTBEAT_MILLIS))
              .build());
    }

    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> observer) {
      current.progress = request.getProgress();
      answer(observer, HeartbeatResponse.getDefaultInstance());
    }

    @Override
    public void reportOutcome(
        ReportOutcomeRequest request, StreamObserver<ReportOutcomeResponse> observer) {
      Training training = current;
      training.end.complete(
          new Ended(request.getOutcome(), training.progress, training.process.get()));
      answer(observer, ReportOutcomeResponse.getDefaultInstance());
    }

    private static <T> void answer(StreamObserver<T> observer, T response) {
      observer.onNext(response);
      observer.onCompleted();
    }
  }
}
