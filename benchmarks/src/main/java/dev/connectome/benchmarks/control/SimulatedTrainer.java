package dev.connectome.benchmarks.control;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.StopDisposition;
import dev.connectome.protos.trainer.v1.StopTrainingRequest;
import dev.connectome.protos.trainer.v1.StopTrainingResponse;
import dev.connectome.protos.trainer.v1.TrainerControlServiceGrpc.TrainerControlServiceImplBase;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import dev.connectome.protos.trainer.v1.TrainingPhase;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A trainer as the controller sees it: a server of its own that takes stop commands, and a
 * connection of its own for its calls. It trains one run after another.
 */
final class SimulatedTrainer implements AutoCloseable {
  private static final int TOTAL_EPOCHS = 100;
  private static final long DEADLINE_SECONDS = 10;

  private final ManagedChannel channel;
  private final CallCredentials token;
  private final Server server;
  private final Executor executor;
  private final TrainerObservations observations;
  private final BiConsumer<SimulatedTrainer, SimulatedRun> onStop;
  private volatile @Nullable SimulatedRun run;

  SimulatedTrainer(
      String controller,
      CallCredentials token,
      Executor executor,
      TrainerObservations observations,
      BiConsumer<SimulatedTrainer, SimulatedRun> onStop)
      throws IOException {
    this.token = token;
    this.executor = executor;
    this.observations = observations;
    this.onStop = onStop;
    this.channel =
        Grpc.newChannelBuilder(controller, InsecureChannelCredentials.create())
            .executor(executor)
            .build();
    this.server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .executor(executor)
            .addService(new Control())
            .build()
            .start();
  }

  /** Starts a run; returns once the controller has registered the trainer. */
  void train(SimulatedRun next) {
    run = next;
    next.setAttempt(
        TrainerRegistryServiceGrpc.newBlockingStub(channel)
            .withCallCredentials(token)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .registerTrainer(
                RegisterTrainerRequest.newBuilder()
                    .setRunUid(next.uid())
                    .setInstanceId(next.instanceId())
                    .setControlEndpoint("127.0.0.1:" + server.getPort())
                    .build())
            .getAttempt());
  }

  /**
   * Sends a heartbeat without waiting, and carries out the stop command in its response, if any.
   */
  void sendHeartbeat() {
    SimulatedRun current = run;
    if (current == null || current.attempt() == 0 || current.ended()) {
      return;
    }
    HeartbeatRequest request =
        HeartbeatRequest.newBuilder()
            .setRunUid(current.uid())
            .setAttempt(current.attempt())
            .setInstanceId(current.instanceId())
            .setProgress(
                TrainingProgress.newBuilder()
                    .setPhase(TrainingPhase.TRAINING_PHASE_TRAINING)
                    .setCompletedEpochs(current.epochs())
                    .setTotalEpochs(TOTAL_EPOCHS)
                    .putMetrics("trainLoss", 1.0 / (1 + current.epochs())))
            .build();
    long start = System.nanoTime();
    Futures.addCallback(
        TrainerRegistryServiceGrpc.newFutureStub(channel)
            .withCallCredentials(token)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .heartbeat(request),
        new FutureCallback<HeartbeatResponse>() {
          @Override
          public void onSuccess(@Nullable HeartbeatResponse response) {
            observations.heartbeat(Duration.ofNanos(System.nanoTime() - start));
            if (response != null && response.hasStopCommand()) {
              acceptStop(current, response.getStopCommand().getCommandId());
            }
          }

          @Override
          public void onFailure(Throwable failure) {
            if (!current.ended()) {
              observations.heartbeatFailed(Status.fromThrowable(failure));
            }
          }
        },
        MoreExecutors.directExecutor());
  }

  /** Reports the end of a stopped run; returns once the controller has recorded it. */
  void report(SimulatedRun stopped, TrainingEnd end) {
    stopped.setEnded();
    TrainingOutcome.Builder outcome =
        TrainingOutcome.newBuilder()
            .setEnd(end)
            .setFinalEpoch(stopped.epochs())
            .putMetrics("testAccuracy", 0.9);
    stopped.deliveries().stream()
        .limit(1)
        .forEach(delivery -> outcome.setStopCommandId(delivery.commandId()));
    var unused =
        TrainerRegistryServiceGrpc.newBlockingStub(channel)
            .withCallCredentials(token)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .reportOutcome(
                ReportOutcomeRequest.newBuilder()
                    .setRunUid(stopped.uid())
                    .setAttempt(stopped.attempt())
                    .setInstanceId(stopped.instanceId())
                    .setOutcome(outcome)
                    .build());
  }

  private StopDisposition acceptStop(SimulatedRun target, String commandId) {
    boolean first = target.delivered(commandId);
    if (first) {
      executor.execute(() -> onStop.accept(this, target));
    }
    return first
        ? StopDisposition.STOP_DISPOSITION_ACCEPTED
        : StopDisposition.STOP_DISPOSITION_ALREADY_STOPPING;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private final class Control extends TrainerControlServiceImplBase {
    @Override
    public void stopTraining(
        StopTrainingRequest request, StreamObserver<StopTrainingResponse> observer) {
      SimulatedRun current = run;
      StopDisposition disposition = StopDisposition.STOP_DISPOSITION_ALREADY_FINISHED;
      if (current == null
          || !current.uid().equals(request.getRunUid())
          || current.attempt() != request.getAttempt()) {
        observations.misdirected(request.getRunUid(), request.getCommand().getCommandId());
      } else {
        disposition = acceptStop(current, request.getCommand().getCommandId());
      }
      observer.onNext(StopTrainingResponse.newBuilder().setDisposition(disposition).build());
      observer.onCompleted();
    }
  }
}
