package dev.connectome.trainer.control;

import dev.connectome.protos.trainer.v1.GetTrainingStatusRequest;
import dev.connectome.protos.trainer.v1.GetTrainingStatusResponse;
import dev.connectome.protos.trainer.v1.StopDisposition;
import dev.connectome.protos.trainer.v1.StopTrainingRequest;
import dev.connectome.protos.trainer.v1.StopTrainingResponse;
import dev.connectome.protos.trainer.v1.TrainerControlServiceGrpc.TrainerControlServiceImplBase;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Serves {@code TrainerControlService}, through which the controller stops a training and asks for
 * its status. Also serves gRPC health checking and reflection.
 */
public final class TrainerControlServer implements AutoCloseable {

  private final String host;
  private final Server server;

  private TrainerControlServer(String host, Server server) {
    this.host = host;
    this.server = server;
  }

  /**
   * Identifies the training that is served.
   *
   * @param runUid the run's uid
   * @param attempt the attempt, from 1; 0 before registration, when every stop is rejected
   * @param instanceId identifies the trainer process
   */
  public record Identity(String runUid, int attempt, String instanceId) {}

  /**
   * Starts a server.
   *
   * @param host the address to listen on
   * @param port the port; 0 for any free port
   * @param identity returns the training that is served; called for every request
   * @param stopSwitch receives the stop commands
   * @param progress returns the progress of the training; called for every status request
   * @return the server, listening
   * @throws IOException if it cannot listen on the port
   */
  public static TrainerControlServer start(
      String host,
      int port,
      Supplier<Identity> identity,
      StopSwitch stopSwitch,
      Supplier<TrainingProgress> progress)
      throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(new Service(identity, stopSwitch, progress))
            .addService(new HealthStatusManager().getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .build()
            .start();
    return new TrainerControlServer(host, server);
  }

  /**
   * Returns where the server listens.
   *
   * @return {@code host:port}, an IPv6 address in brackets
   */
  public String endpoint() {
    boolean bare = host.contains(":") && !host.startsWith("[");
    return (bare ? "[" + host + "]" : host) + ":" + server.getPort();
  }

  /** Stops listening. Requests in progress are cancelled after 500 ms. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(500, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static final class Service extends TrainerControlServiceImplBase {

    private final Supplier<Identity> identity;
    private final StopSwitch stopSwitch;
    private final Supplier<TrainingProgress> progress;

    Service(
        Supplier<Identity> identity, StopSwitch stopSwitch, Supplier<TrainingProgress> progress) {
      this.identity = identity;
      this.stopSwitch = stopSwitch;
      this.progress = progress;
    }

    @Override
    public void stopTraining(
        StopTrainingRequest request, StreamObserver<StopTrainingResponse> observer) {
      Identity served = identity.get();
      if (served.attempt() == 0) {
        observer.onError(
            Status.FAILED_PRECONDITION
                .withDescription("this trainer is not registered yet; send the stop again")
                .asRuntimeException());
        return;
      }
      if (!served.runUid().equals(request.getRunUid())
          || served.attempt() != request.getAttempt()) {
        observer.onError(
            Status.FAILED_PRECONDITION
                .withDescription(
                    "this trainer is attempt %d of run %s, not attempt %d of run %s"
                        .formatted(
                            served.attempt(),
                            served.runUid(),
                            request.getAttempt(),
                            request.getRunUid()))
                .asRuntimeException());
        return;
      }
      StopDisposition disposition =
          switch (stopSwitch.submit(request.getCommand())) {
            case ACCEPTED -> StopDisposition.STOP_DISPOSITION_ACCEPTED;
            case ALREADY_STOPPING -> StopDisposition.STOP_DISPOSITION_ALREADY_STOPPING;
            case ALREADY_FINISHED -> StopDisposition.STOP_DISPOSITION_ALREADY_FINISHED;
          };
      observer.onNext(StopTrainingResponse.newBuilder().setDisposition(disposition).build());
      observer.onCompleted();
    }

    @Override
    public void getTrainingStatus(
        GetTrainingStatusRequest request, StreamObserver<GetTrainingStatusResponse> observer) {
      Identity served = identity.get();
      var status =
          GetTrainingStatusResponse.newBuilder()
              .setRunUid(served.runUid())
              .setAttempt(served.attempt())
              .setInstanceId(served.instanceId())
              .setProgress(progress.get());
      stopSwitch.command().ifPresent(stop -> status.setStopCommandId(stop.commandId()));
      observer.onNext(status.build());
      observer.onCompleted();
    }
  }
}
