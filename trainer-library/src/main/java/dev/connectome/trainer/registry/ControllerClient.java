package dev.connectome.trainer.registry;

import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import dev.connectome.protos.trainer.v1.HeartbeatRequest;
import dev.connectome.protos.trainer.v1.HeartbeatResponse;
import dev.connectome.protos.trainer.v1.RegisterTrainerRequest;
import dev.connectome.protos.trainer.v1.RegisterTrainerResponse;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc;
import dev.connectome.protos.trainer.v1.TrainerRegistryServiceGrpc.TrainerRegistryServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the controller's {@code TrainerRegistryService}, again and again while the controller is
 * away.
 */
public final class ControllerClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ControllerClient.class);
  private static final Duration CALL_DEADLINE = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private final String endpoint;
  private final ManagedChannel channel;

  /**
   * Makes a client; it connects at the first call.
   *
   * @param endpoint host:port of the controller
   */
  public ControllerClient(String endpoint) {
    this.endpoint = endpoint;
    this.channel =
        NettyChannelBuilder.forTarget(endpoint)
            .usePlaintext()
            .keepAliveTime(20, TimeUnit.SECONDS)
            .keepAliveTimeout(5, TimeUnit.SECONDS)
            .build();
  }

  /**
   * Registers, as often as it takes.
   *
   * @param request who registers
   * @param patience how long to try while the controller is away
   * @return what to train; empty if the controller stayed away
   * @throws RejectedException if the controller does not want the trainer
   * @throws InterruptedException if the thread is interrupted
   */
  public Optional<RegisterTrainerResponse> register(
      RegisterTrainerRequest request, Duration patience)
      throws RejectedException, InterruptedException {
    return persistently("registration", patience, stub -> stub.registerTrainer(request));
  }

  /**
   * Sends one heartbeat.
   *
   * @param request the sign of life
   * @param deadline how long to wait for the answer
   * @return the answer; empty if the controller is away
   * @throws RejectedException if the attempt is no longer wanted
   */
  public Optional<HeartbeatResponse> heartbeat(HeartbeatRequest request, Duration deadline)
      throws RejectedException {
    return once(deadline, within -> registry(within).heartbeat(request));
  }

  /**
   * Reports how the attempt ended, as often as it takes.
   *
   * @param request the outcome
   * @param patience how long to try while the controller is away
   * @return whether the controller has it
   * @throws RejectedException if the controller does not want it
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean reportOutcome(ReportOutcomeRequest request, Duration patience)
      throws RejectedException, InterruptedException {
    return persistently("outcome", patience, stub -> stub.reportOutcome(request)).isPresent();
  }

  /**
   * Finds a run, as often as it takes.
   *
   * @param run its name or its uid
   * @param patience how long to try while the controller is away
   * @return the run's uid; empty if the controller stayed away
   * @throws RejectedException if there is no such run
   * @throws InterruptedException if the thread is interrupted
   */
  public Optional<String> uidOf(String run, Duration patience)
      throws RejectedException, InterruptedException {
    var request = GetTrainingRunRequest.newBuilder().setName("runs/" + run).build();
    return persistentlyOn(
            "run",
            patience,
            deadline ->
                within(TrainingRunServiceGrpc.newBlockingStub(channel), deadline)
                    .getTrainingRun(request))
        .map(TrainingRun::getUid);
  }

  private <T> Optional<T> persistently(
      String what, Duration patience, Function<TrainerRegistryServiceBlockingStub, T> call)
      throws RejectedException, InterruptedException {
    return persistentlyOn(what, patience, deadline -> call.apply(registry(deadline)));
  }

  private TrainerRegistryServiceBlockingStub registry(Duration deadline) {
    return within(TrainerRegistryServiceGrpc.newBlockingStub(channel), deadline);
  }

  private static <S extends AbstractStub<S>> S within(S stub, Duration deadline) {
    return stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  private <T> Optional<T> persistentlyOn(String what, Duration patience, Function<Duration, T> call)
      throws RejectedException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    Duration pause = FIRST_PAUSE;
    boolean told = false;
    while (true) {
      Duration left = Duration.ofNanos(end - System.nanoTime());
      if (left.isNegative() || left.isZero()) {
        return Optional.empty();
      }
      Duration deadline = left.compareTo(CALL_DEADLINE) < 0 ? left : CALL_DEADLINE;
      Optional<T> answer = once(deadline, call);
      if (answer.isPresent()) {
        return answer;
      }
      if (!told) {
        told = true;
        LOG.warn("controller away, trying again what={} endpoint={}", what, endpoint);
      }
      TimeUnit.NANOSECONDS.sleep(Math.max(0, Math.min(pause.toNanos(), end - System.nanoTime())));
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
      channel.resetConnectBackoff();
    }
  }

  private <T> Optional<T> once(Duration deadline, Function<Duration, T> call)
      throws RejectedException {
    try {
      return Optional.of(call.apply(deadline));
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      switch (status.getCode()) {
        case NOT_FOUND, FAILED_PRECONDITION, INVALID_ARGUMENT, PERMISSION_DENIED, UNAUTHENTICATED ->
            throw new RejectedException(
                status.getDescription() == null
                    ? status.getCode().toString()
                    : status.getDescription());
        default -> {
          LOG.debug("call failed status={}", status);
          return Optional.empty();
        }
      }
    }
  }

  /** Lets go of the connection. */
  @Override
  public void close() {
    channel.shutdownNow();
  }
}
