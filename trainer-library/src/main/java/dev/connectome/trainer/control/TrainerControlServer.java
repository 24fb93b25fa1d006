package dev.connectome.trainer.control;

import dev.connectome.protos.trainer.v1.GetTrainingStatusRequest;
import dev.connectome.protos.trainer.v1.GetTrainingStatusResponse;
import dev.connectome.protos.trainer.v1.StopCommand;
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
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Serves {@code TrainerControlService}, with health and reflection. */
public final class TrainerControlServer implements AutoCloseable {

  private final String host;
  private final Server server;

  private TrainerControlServer(String host, Server server) {
    this.host = host;
    this.server = server;
  }

  /**
   * Which training is served.
   *
   * @param runUid the run
   * @param attempt the attempt; 0 before it is known, and then every stop is refused
   * @param instanceId the trainer
   */
  public record Identity(String runUid, int attempt, String instanceId) {}

  /**
   * Starts a server.
   *
   * @param host the address to listen on
   * @param port the port; 0 for any that is free
   * @param identity tells which training is served now
   * @param stopSwitch what a stop acts on
   * @param progress tells how far the training is
   * @return the server, listening
   * @throws IOException if the port cannot be had
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
   * Where the server listens.
   *
   * @return host:port
   */
  public String endpoint() {
    return host + ":" + server.getPort();
  }

  /** Stops listening; answers under way are cut off after a moment. */
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

  /**
   * Reads an order.
   *
   * @param command as it came
   * @return the order
   */
  public static StopRequest.Command order(StopCommand command) {
    return new StopRequest.Command(
        command.getCommandId(),
        switch (command.getMode()) {
          case STOP_MODE_IMMEDIATE -> StopRequest.Mode.IMMEDIATE;
          case STOP_MODE_END_OF_EPOCH -> StopRequest.Mode.END_OF_EPOCH;
          case STOP_MODE_GRACEFUL, STOP_MODE_UNSPECIFIED, UNRECOGNIZED -> StopRequest.Mode.GRACEFUL;
        },
        command.hasRestoreEpoch() ? OptionalInt.of(command.getRestoreEpoch()) : OptionalInt.empty(),
        command.getReason(),
        command.hasDeadline()
            ? Optional.of(
                Instant.ofEpochSecond(
                    command.getDeadline().getSeconds(), command.getDeadline().getNanos()))
            : Optional.empty());
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
          switch (stopSwitch.submit(order(request.getCommand()))) {
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
      stopSwitch.command().ifPresent(order -> status.setStopCommandId(order.commandId()));
      observer.onNext(status.build());
      observer.onCompleted();
    }
  }
}
