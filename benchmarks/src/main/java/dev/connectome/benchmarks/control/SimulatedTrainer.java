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
 * What a trainer is to the controller: a server of its own that takes orders, and a connection of
 * its own for its calls. When its run has ended it may train another.
 */
final class SimulatedTrainer implements AutoCloseable {
  private static final int TOTAL_EPOCHS = 100;
  private static final long DEADLINE_SECONDS = 10;

  private final ManagedChannel channel;
  private final Server server;
  private final Executor executor;
  private final TrainerObservations sightings;
  private final BiConsumer<SimulatedTrainer, SimulatedRun> whenOrdered;
  private volatile @Nullable SimulatedRun run;

  SimulatedTrainer(
      String controller,
      Executor executor,
      TrainerObservations sightings,
      BiConsumer<SimulatedTrainer, SimulatedRun> whenOrdered)
      throws IOException {
    this.executor = executor;
    this.sightings = sightings;
    this.whenOrdered = whenOrdered;
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

  /** Takes up a run; returns once the controller knows the trainer. */
  void train(SimulatedRun next) {
    run = next;
    next.registeredAs(
        TrainerRegistryServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .registerTrainer(
                RegisterTrainerRequest.newBuilder()
                    .setRunUid(next.uid())
                    .setInstanceId(next.instanceId())
                    .setControlEndpoint("127.0.0.1:" + server.getPort())
                    .build())
            .getAttempt());
  }

  /** Gives a sign of life and obeys the order that answers it, if any; does not wait. */
  void beat() {
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
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .heartbeat(request),
        new FutureCallback<HeartbeatResponse>() {
          @Override
          public void onSuccess(@Nullable HeartbeatResponse response) {
            sightings.heartbeat(Duration.ofNanos(System.nanoTime() - start));
            if (response != null && response.hasStopCommand()) {
              obey(current, response.getStopCommand().getCommandId());
            }
          }

          @Override
          public void onFailure(Throwable failure) {
            if (!current.ended()) {
              sightings.heartbeatFailed(Status.fromThrowable(failure));
            }
          }
        },
        MoreExecutors.directExecutor());
  }

  /** Tells that the run has ended as it was ordered to; returns once the controller knows. */
  void report(SimulatedRun stopped, TrainingEnd end) {
    stopped.setEnded();
    TrainingOutcome.Builder outcome =
        TrainingOutcome.newBuilder()
            .setEnd(end)
            .setFinalEpoch(stopped.epochs())
            .putMetrics("testAccuracy", 0.9);
    stopped.orders().stream()
        .limit(1)
        .forEach(order -> outcome.setStopCommandId(order.commandId()));
    var unused =
        TrainerRegistryServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .reportOutcome(
                ReportOutcomeRequest.newBuilder()
                    .setRunUid(stopped.uid())
                    .setAttempt(stopped.attempt())
                    .setInstanceId(stopped.instanceId())
                    .setOutcome(outcome)
                    .build());
  }

  private StopDisposition obey(SimulatedRun meant, String commandId) {
    boolean first = meant.ordered(commandId);
    if (first) {
      executor.execute(() -> whenOrdered.accept(this, meant));
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
        sightings.misdirected(request.getRunUid(), request.getCommand().getCommandId());
      } else {
        disposition = obey(current, request.getCommand().getCommandId());
      }
      observer.onNext(StopTrainingResponse.newBuilder().setDisposition(disposition).build());
      observer.onCompleted();
    }
  }
}
