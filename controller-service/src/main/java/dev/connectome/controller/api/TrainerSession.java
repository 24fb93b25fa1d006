package dev.connectome.controller.api;

import dev.connectome.controller.codec.RunCodec;
import dev.connectome.controller.report.StopPushes;
import dev.connectome.controller.run.StopMode;
import dev.connectome.controller.store.StopRow;
import dev.connectome.protos.trainer.v1.FinishRequest;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.JoinRequest;
import dev.connectome.protos.trainer.v1.JoinResponse;
import dev.connectome.protos.trainer.v1.ReportRequest;
import dev.connectome.protos.trainer.v1.ReportResponse;
import dev.connectome.protos.trainer.v1.TrainerSessionRequest;
import dev.connectome.protos.trainer.v1.TrainerSessionResponse;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One stream. Each request is the call that it stands for; the next one is read once it is
 * answered, which holds a trainer back that is too quick.
 */
final class TrainerSession implements StreamObserver<TrainerSessionRequest> {

  private final TrainerReportApi reports;
  private final TrainerRegistryApi registry;
  private final StopPushes pushes;
  private final ServerCallStreamObserver<TrainerSessionResponse> trainer;
  private @Nullable Joined joined;
  private boolean answering;
  private boolean halfClosed;
  private boolean ended;

  TrainerSession(
      TrainerReportApi reports,
      TrainerRegistryApi registry,
      StopPushes pushes,
      ServerCallStreamObserver<TrainerSessionResponse> trainer) {
    this.reports = reports;
    this.registry = registry;
    this.pushes = pushes;
    this.trainer = trainer;
  }

  /** Requests the first message. */
  void start() {
    trainer.disableAutoRequest();
    trainer.setOnCancelHandler(this::end);
    // Also of a call that was closed before the session could.
    trainer.setOnCloseHandler(this::end);
    trainer.request(1);
  }

  @Override
  public void onNext(TrainerSessionRequest request) {
    Joined as = begin();
    switch (request.getMessageCase()) {
      case JOIN -> {
        if (as == null) {
          join(request.getJoin());
        } else {
          refuse("join", "must be the first request of the stream and no later one");
        }
      }
      case REPORT -> {
        if (as != null) {
          reports.report(as.named(request.getReport()), answer(TrainerSession::reported));
        } else {
          refuseUnjoined();
        }
      }
      case HEARTBEAT -> {
        if (as != null) {
          registry.heartbeat(
              as.heartbeat(request.getHeartbeat()), answer(TrainerSession::reported));
        } else {
          refuseUnjoined();
        }
      }
      case FINISH -> {
        if (as != null) {
          reports.finish(
              as.named(request.getFinish()),
              answer(
                  done -> TrainerSessionResponse.newBuilder().setFinished(done), this::complete));
        } else {
          refuseUnjoined();
        }
      }
      case MESSAGE_NOT_SET -> refuse("message", "must be set");
    }
  }

  private void join(JoinRequest request) {
    var session = new AtomicReference<Joined>();
    reports.join(
        request,
        answer(
            response -> {
              session.set(new Joined(response, request.getInstanceId()));
              return TrainerSessionResponse.newBuilder().setJoined(response);
            },
            () -> {
              // No stop is pushed before the trainer knows what it has joined.
              opened(Objects.requireNonNull(session.get()));
              next();
            }));
  }

  /** Begins to answer a request; returns who has joined. */
  private synchronized @Nullable Joined begin() {
    answering = true;
    return joined;
  }

  /** A request was answered. */
  private void next() {
    boolean last;
    synchronized (this) {
      answering = false;
      last = halfClosed;
    }
    if (last) {
      complete();
    } else {
      trainer.request(1);
    }
  }

  private void opened(Joined session) {
    synchronized (this) {
      if (ended) {
        return;
      }
      joined = session;
    }
    pushes.add(session);
    synchronized (this) {
      if (ended) {
        pushes.remove(session);
      }
    }
  }

  private static TrainerSessionResponse.Builder reported(ReportResponse response) {
    return TrainerSessionResponse.newBuilder().setReported(response);
  }

  private static TrainerSessionResponse.Builder reported(HeartbeatResponse response) {
    var reported =
        ReportResponse.newBuilder()
            .setEpochs(response.getEpochs())
            .setEvaluatedEpoch(response.getEvaluatedEpoch());
    if (response.hasStopCommand()) {
      reported.setStopCommand(response.getStopCommand());
    }
    return reported(reported.build());
  }

  private <T> StreamObserver<T> answer(Function<T, TrainerSessionResponse.Builder> response) {
    return answer(response, this::next);
  }

  private <T> StreamObserver<T> answer(
      Function<T, TrainerSessionResponse.Builder> response, Runnable next) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {
        send(response.apply(value).build());
      }

      @Override
      public void onError(Throwable failure) {
        fail(failure);
      }

      @Override
      public void onCompleted() {
        next.run();
      }
    };
  }

  private void refuseUnjoined() {
    refuse("join", "must be the first request of the stream");
  }

  private void refuse(String field, String problem) {
    fail(ApiErrors.invalid(field, problem));
  }

  private synchronized void send(TrainerSessionResponse response) {
    if (!ended) {
      trainer.onNext(response);
    }
  }

  private synchronized void fail(Throwable failure) {
    if (!ended) {
      trainer.onError(failure);
      end();
    }
  }

  private synchronized void complete() {
    if (!ended) {
      trainer.onCompleted();
      end();
    }
  }

  private synchronized void end() {
    ended = true;
    if (joined != null) {
      pushes.remove(joined);
    }
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      halfClosed = true;
      if (answering) {
        return;
      }
    }
    complete();
  }

  @Override
  public void onError(Throwable failure) {
    end();
  }

  /** Who has joined. */
  private final class Joined implements StopPushes.Session {

    private final JoinResponse answer;
    private final String instanceId;
    private @Nullable UUID pushed;
    private @Nullable StopMode mode;

    Joined(JoinResponse answer, String instanceId) {
      this.answer = answer;
      this.instanceId = instanceId;
    }

    @Override
    public UUID runUid() {
      return UUID.fromString(answer.getRunUid());
    }

    @Override
    public int attempt() {
      return answer.getAttempt();
    }

    @Override
    public void stop(StopRow stop) {
      if (!stop.commandId().equals(pushed) || stop.mode() != mode) {
        pushed = stop.commandId();
        mode = stop.mode();
        send(TrainerSessionResponse.newBuilder().setStop(RunCodec.command(stop)).build());
      }
    }

    @Override
    public void shutDown() {
      fail(Status.UNAVAILABLE.withDescription("the controller is shutting down").asException());
    }

    private String name() {
      return "runs/" + answer.getRunUid();
    }

    private ReportRequest named(ReportRequest report) {
      return report.toBuilder()
          .setName(name())
          .setAttempt(attempt())
          .setInstanceId(instanceId)
          .build();
    }

    private FinishRequest named(FinishRequest finish) {
      return finish.toBuilder()
          .setName(name())
          .setAttempt(attempt())
          .setInstanceId(instanceId)
          .build();
    }

    private HeartbeatRequest heartbeat(TrainingProgress progress) {
      return HeartbeatRequest.newBuilder()
          .setRunUid(answer.getRunUid())
          .setAttempt(attempt())
          .setInstanceId(instanceId)
          .setProgress(progress)
          .build();
    }
  }
}
