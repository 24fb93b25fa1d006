package dev.connectome.controller.api;

import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.codec.ProtoTimes;
import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.TrainerReports;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Heartbeats;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.ReportOutcomeResponse;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc.TrainerRegistryServiceImplBase;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.smallrye.common.annotation.Blocking;
import java.util.UUID;

/** The calls of trainers. */
@GrpcService
@Blocking
public class TrainerRegistryApi extends TrainerRegistryServiceImplBase {

  private final Attempts attempts;
  private final Heartbeats heartbeats;
  private final ControllerSettings settings;
  private final ControlEndpoints endpoints;

  public TrainerRegistryApi(Attempts attempts, Heartbeats heartbeats, ControllerSettings settings) {
    this.attempts = attempts;
    this.heartbeats = heartbeats;
    this.settings = settings;
    this.endpoints = new ControlEndpoints(settings.externalEndpoints());
  }

  @Override
  public void registerTrainer(
      RegisterTrainerRequest request, StreamObserver<RegisterTrainerResponse> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () -> {
          Attempts.Assignment assignment =
              attempts.register(
                  UUID.fromString(request.getRunUid()),
                  request.getInstanceId(),
                  launcher -> endpoints.of(launcher, request.getControlEndpoint()));
          return RegisterTrainerResponse.newBuilder()
              .setAttempt(assignment.attempt())
              .setSpec(assignment.definition().spec())
              .setHeartbeatInterval(ProtoTimes.duration(settings.heartbeatInterval()))
              .setResume(assignment.attempt() > 1)
              .build();
        });
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> observer) {
    UnaryCalls.handleAsync(
        request,
        observer,
        () ->
            heartbeats
                .submit(
                    TrainerReports.heartbeat(
                        UUID.fromString(request.getRunUid()),
                        request.getAttempt(),
                        request.getInstanceId(),
                        request.getProgress()))
                .thenApply(
                    orders -> {
                      var response =
                          HeartbeatResponse.newBuilder()
                              .setEpochs(orders.epochs())
                              .setEvaluatedEpoch(orders.evaluatedEpoch());
                      orders
                          .stop()
                          .ifPresent(stop -> response.setStopCommand(RunCodec.command(stop)));
                      return response.build();
                    }));
  }

  @Override
  public void reportOutcome(
      ReportOutcomeRequest request, StreamObserver<ReportOutcomeResponse> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () -> {
          TrainingOutcome outcome = TrainerReports.outcome(request.getOutcome().toByteArray());
          attempts.report(
              UUID.fromString(request.getRunUid()),
              request.getAttempt(),
              request.getInstanceId(),
              OutcomeCodec.end(outcome),
              outcome.toByteArray());
          return ReportOutcomeResponse.getDefaultInstance();
        });
  }
}
