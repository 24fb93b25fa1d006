package dev.connectome.controller.api;

import dev.connectome.controller.report.StopPushes;
import dev.connectome.protos.trainer.v1.TrainerSessionRequest;
import dev.connectome.protos.trainer.v1.TrainerSessionResponse;
import dev.connectome.protos.trainer.v1.TrainerSessionServiceGrpc;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.smallrye.common.annotation.Blocking;

/** The calls of trainers in one stream. */
@GrpcService
@Blocking
public class TrainerSessionApi implements BindableService, TrainerSessionServiceGrpc.AsyncService {

  private final TrainerReportApi reports;
  private final TrainerRegistryApi registry;
  private final StopPushes pushes;

  public TrainerSessionApi(
      @GrpcService TrainerReportApi reports,
      @GrpcService TrainerRegistryApi registry,
      StopPushes pushes) {
    this.reports = reports;
    this.registry = registry;
    this.pushes = pushes;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return MalformedRequests.refusedBy(TrainerSessionServiceGrpc.bindService(this));
  }

  @Override
  public StreamObserver<TrainerSessionRequest> trainerSession(
      StreamObserver<TrainerSessionResponse> responses) {
    var session =
        new TrainerSession(
            reports,
            registry,
            pushes,
            (ServerCallStreamObserver<TrainerSessionResponse>) responses);
    session.start();
    return session;
  }
}
