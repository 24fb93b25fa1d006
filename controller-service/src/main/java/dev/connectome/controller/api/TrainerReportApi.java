package dev.connectome.controller.api;

import dev.connectome.controller.codec.OutcomeCodec;
import dev.connectome.controller.codec.ProtoTimes;
import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.codec.TrainerReports;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.report.EpochReport;
import dev.connectome.controller.report.Reports;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.store.RunRow;
import dev.connectome.protos.trainer.v1.FinishRequest;
import dev.connectome.protos.trainer.v1.FinishResponse;
import dev.connectome.protos.trainer.v1.JoinRequest;
import dev.connectome.protos.trainer.v1.JoinResponse;
import dev.connectome.protos.trainer.v1.ReportRequest;
import dev.connectome.protos.trainer.v1.ReportResponse;
import dev.connectome.protos.trainer.v1.TrainerReportServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.smallrye.common.annotation.Blocking;
import java.util.Optional;
import java.util.UUID;

/** The calls of trainers that reach nothing but the controller. */
@GrpcService
@Blocking
public class TrainerReportApi implements BindableService, TrainerReportServiceGrpc.AsyncService {

  private static final String NAME = "name";

  private final Runs runs;
  private final Attempts attempts;
  private final Reports reports;
  private final ControllerSettings settings;

  public TrainerReportApi(
      Runs runs, Attempts attempts, Reports reports, ControllerSettings settings) {
    this.runs = runs;
    this.attempts = attempts;
    this.reports = reports;
    this.settings = settings;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return MalformedRequests.refusedBy(TrainerReportServiceGrpc.bindService(this));
  }

  @Override
  public void join(JoinRequest request, StreamObserver<JoinResponse> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () -> {
          RunRow before = findOrCreate(request);
          Attempts.Assignment assignment =
              attempts.register(
                  before.uid(),
                  request.getInstanceId(),
                  Optional.of(request.getReplacesInstanceId()).filter(id -> !id.isEmpty()),
                  launcher -> "");
          RunRow run = runs.read(before.uid().toString(), (transaction, row) -> row);
          return JoinResponse.newBuilder()
              .setRunUid(run.uid().toString())
              .setRunId(run.runId())
              .setAttempt(assignment.attempt())
              .setEpochs(assignment.definition().spec().getEpochs())
              .setProbeEveryEpochs(assignment.definition().spec().getProbe().getEveryEpochs())
              .setHeartbeatInterval(ProtoTimes.duration(settings.heartbeatInterval()))
              .setLostAfter(
                  ProtoTimes.duration(Watchdog.Timeouts.heartbeat(settings.heartbeatInterval())))
              .setResume(assignment.attempt() > 1)
              .setCompletedEpochs(run.completedEpochs())
              .build();
        });
  }

  private RunRow findOrCreate(JoinRequest request) {
    String id = RunRequests.id(NAME, request.getName());
    try {
      return runs.read(id, (transaction, row) -> row);
    } catch (RunException e) {
      if (e.kind() != RunException.Kind.RUN_NOT_FOUND || RunRow.isUid(id)) {
        throw e;
      }
    }
    RunRequests.checkNew(NAME, id);
    try {
      return runs.create(
          id,
          Optional.empty(),
          LauncherType.EXTERNAL,
          RunRequests.definition(request.getTrainingRun(), LauncherType.EXTERNAL),
          CallerInterceptor.current(),
          (transaction, row) -> row);
    } catch (RunException e) {
      if (e.kind() != RunException.Kind.RUN_EXISTS) {
        throw e;
      }
      // Another trainer was quicker; which of them it is for is decided by who registers first.
      return runs.read(id, (transaction, row) -> row);
    }
  }

  @Override
  public void report(ReportRequest request, StreamObserver<ReportResponse> observer) {
    UnaryCalls.handleAsync(
        request,
        observer,
        () ->
            reports
                .take(new EpochReport(uid(request.getName()), request))
                .thenApply(
                    answer -> {
                      var response =
                          ReportResponse.newBuilder()
                              .setEpochs(answer.reply().epochs())
                              .setEvaluatedEpoch(answer.reply().evaluatedEpoch())
                              .addAllWarnings(answer.warnings());
                      answer
                          .reply()
                          .stop()
                          .ifPresent(stop -> response.setStopCommand(RunCodec.command(stop)));
                      return response.build();
                    }));
  }

  @Override
  public void finish(FinishRequest request, StreamObserver<FinishResponse> observer) {
    UnaryCalls.handle(
        request,
        observer,
        () -> {
          TrainingOutcome outcome = TrainerReports.outcome(request.getOutcome().toByteArray());
          UUID uid = uid(request.getName());
          attempts.report(
              uid,
              request.getAttempt(),
              request.getInstanceId(),
              OutcomeCodec.end(outcome),
              outcome.toByteArray());
          reports.end(uid, request.getAttempt(), outcome.getFinalEpoch());
          return FinishResponse.getDefaultInstance();
        });
  }

  /** A uid is believed: what follows says what became of its run. */
  private UUID uid(String name) {
    String id = RunRequests.id(NAME, name);
    return RunRow.isUid(id) ? UUID.fromString(id) : runs.read(id, (transaction, row) -> row.uid());
  }
}
