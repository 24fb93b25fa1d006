package dev.connectome.controller.api;

import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.Times;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Heartbeats;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.store.HeartbeatTable;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.ReportOutcomeResponse;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc.TrainerRegistryServiceImplBase;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.smallrye.common.annotation.Blocking;
import java.util.Optional;
import java.util.UUID;

/** What trainers call. */
@GrpcService
@Blocking
public class TrainerRegistryApi extends TrainerRegistryServiceImplBase {

  private final Attempts attempts;
  private final Heartbeats heartbeats;
  private final ControllerSettings settings;

  /**
   * Makes the service.
   *
   * @param attempts registers trainers and notes their ends
   * @param heartbeats takes their signs of life
   * @param settings what the operator set
   */
  public TrainerRegistryApi(Attempts attempts, Heartbeats heartbeats, ControllerSettings settings) {
    this.attempts = attempts;
    this.heartbeats = heartbeats;
    this.settings = settings;
  }

  @Override
  public void registerTrainer(
      RegisterTrainerRequest request, StreamObserver<RegisterTrainerResponse> observer) {
    Calls.answer(
        observer,
        () -> {
          required("instance_id", request.getInstanceId());
          required("control_endpoint", request.getControlEndpoint());
          Attempts.Assignment assignment =
              attempts.register(
                  uid(request.getRunUid()), request.getInstanceId(), request.getControlEndpoint());
          return RegisterTrainerResponse.newBuilder()
              .setAttempt(assignment.attempt())
              .setSpec(assignment.definition().spec())
              .setHeartbeatInterval(Times.duration(settings.heartbeatInterval()))
              .setResume(assignment.attempt() > 1)
              .build();
        });
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> observer) {
    Calls.answerLater(
        observer,
        () ->
            heartbeats
                .submit(
                    new HeartbeatTable.Heartbeat(
                        uid(request.getRunUid()),
                        request.getAttempt(),
                        request.getProgress().toByteArray(),
                        request.getProgress().getCompletedEpochs()))
                .thenApply(
                    orders -> {
                      var response = HeartbeatResponse.newBuilder().setEpochs(orders.epochs());
                      orders
                          .stop()
                          .ifPresent(stop -> response.setStopCommand(RunCodec.command(stop)));
                      return response.build();
                    }));
  }

  @Override
  public void reportOutcome(
      ReportOutcomeRequest request, StreamObserver<ReportOutcomeResponse> observer) {
    Calls.answer(
        observer,
        () -> {
          try {
            attempts.end(
                uid(request.getRunUid()),
                request.getAttempt(),
                OutcomeCodec.end(request.getOutcome()),
                Optional.of(request.getOutcome().toByteArray()),
                "trainer");
          } catch (IllegalArgumentException e) {
            throw Rejection.invalid("outcome.end", "must say how the attempt ended");
          }
          return ReportOutcomeResponse.getDefaultInstance();
        });
  }

  private static void required(String field, String value) {
    if (value.isEmpty()) {
      throw Rejection.invalid(field, "must not be empty");
    }
  }

  private static UUID uid(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw Rejection.invalid("run_uid", "must be a UUID, not \"%s\"".formatted(text));
    }
  }
}
