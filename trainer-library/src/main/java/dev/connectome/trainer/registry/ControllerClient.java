package dev.connectome.trainer.registry;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.connectome.identity.client.BearerToken;
import dev.connectome.identity.client.TokenSource;
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
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.AbstractStub;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client of the controller's {@code TrainerRegistryService} that retries with exponential backoff
 * while the controller is unreachable. Thread-safe.
 */
public final class ControllerClient implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ControllerClient.class);
  private static final String DOMAIN = "connectome.dev";
  private static final Duration CALL_DEADLINE = Duration.ofSeconds(5);
  private static final Duration INITIAL_BACKOFF = Duration.ofMillis(200);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(2);

  private final String endpoint;
  private final ManagedChannel channel;
  private final BearerToken token;
  private volatile String problem = "";

  /**
   * Makes a client. It connects with the first call, and shows the token of the environment: that
   * in CONNECTOME_TOKEN, else that in the file that CONNECTOME_TOKEN_FILE names, else that of the
   * platform on this machine, if this user has started it.
   *
   * @param endpoint {@code host:port} of the controller
   */
  public ControllerClient(String endpoint) {
    this(endpoint, TokenSource.standard(endpoint));
  }

  /**
   * Makes a client that shows a token of its own.
   *
   * @param endpoint {@code host:port} of the controller
   * @param token the token, which is read anew for each call
   */
  public ControllerClient(String endpoint, TokenSource token) {
    this.endpoint = endpoint;
    this.token = new BearerToken(token);
    this.channel =
        NettyChannelBuilder.forTarget(endpoint)
            .usePlaintext()
            .keepAliveTime(20, TimeUnit.SECONDS)
            .keepAliveTimeout(5, TimeUnit.SECONDS)
            .build();
  }

  /**
   * Registers a trainer.
   *
   * @param request the trainer and its run
   * @param timeout how long to retry
   * @return the attempt and what to train; empty if the controller stayed unreachable
   * @throws RejectedException if the run does not exist, has ended or already has a trainer
   * @throws InterruptedException if the thread is interrupted
   */
  public Optional<RegisterTrainerResponse> register(
      RegisterTrainerRequest request, Duration timeout)
      throws RejectedException, InterruptedException {
    return retry("registration", timeout, deadline -> registry(deadline).registerTrainer(request));
  }

  /**
   * Sends one heartbeat, without retrying.
   *
   * @param request the heartbeat
   * @param deadline how long to wait for the response
   * @return the response; empty if the controller is unreachable
   * @throws RejectedException if the controller rejects it; see {@link
   *     RejectedException#endsTraining}
   */
  public Optional<HeartbeatResponse> heartbeat(HeartbeatRequest request, Duration deadline)
      throws RejectedException {
    return tryOnce(deadline, within -> registry(within).heartbeat(request));
  }

  /**
   * Reports how an attempt ended.
   *
   * @param request the outcome
   * @param timeout how long to retry
   * @return whether the controller has recorded it
   * @throws RejectedException if the controller rejects it, for example from an older attempt
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean reportOutcome(ReportOutcomeRequest request, Duration timeout)
      throws RejectedException, InterruptedException {
    return retry("outcome", timeout, deadline -> registry(deadline).reportOutcome(request))
        .isPresent();
  }

  /**
   * Looks a run up.
   *
   * @param run its name or its uid
   * @param timeout how long to retry
   * @return the run's uid; empty if the controller stayed unreachable
   * @throws RejectedException if the run does not exist
   * @throws InterruptedException if the thread is interrupted
   */
  public Optional<String> uidOf(String run, Duration timeout)
      throws RejectedException, InterruptedException {
    var request = GetTrainingRunRequest.newBuilder().setName("runs/" + run).build();
    return retry(
            "run",
            timeout,
            deadline ->
                withDeadline(TrainingRunServiceGrpc.newBlockingStub(channel), deadline)
                    .getTrainingRun(request))
        .map(TrainingRun::getUid);
  }

  private TrainerRegistryServiceBlockingStub registry(Duration deadline) {
    return withDeadline(TrainerRegistryServiceGrpc.newBlockingStub(channel), deadline);
  }

  private <S extends AbstractStub<S>> S withDeadline(S stub, Duration deadline) {
    return stub.withCallCredentials(token)
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  private <T> Optional<T> retry(String what, Duration timeout, Function<Duration, T> call)
      throws RejectedException, InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    Duration backoff = INITIAL_BACKOFF;
    boolean warned = false;
    while (true) {
      Duration left = Duration.ofNanos(end - System.nanoTime());
      if (left.isNegative() || left.isZero()) {
        return Optional.empty();
      }
      Optional<T> response = tryOnce(min(left, CALL_DEADLINE), call);
      if (response.isPresent()) {
        return response;
      }
      if (!warned) {
        warned = true;
        LOG.warn(
            "controller unreachable, retrying what={} endpoint={} problem=\"{}\"",
            what,
            endpoint,
            problem);
      }
      TimeUnit.NANOSECONDS.sleep(Math.max(0, Math.min(backoff.toNanos(), end - System.nanoTime())));
      backoff = min(backoff.multipliedBy(2), MAX_BACKOFF);
      channel.resetConnectBackoff();
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private <T> Optional<T> tryOnce(Duration deadline, Function<Duration, T> call)
      throws RejectedException {
    try {
      return Optional.of(call.apply(deadline));
    } catch (StatusRuntimeException e) {
      Optional<RejectedException> rejection = rejection(e);
      if (rejection.isPresent()) {
        throw rejection.get();
      }
      problem = e.getStatus().getCode() + ": " + e.getStatus().getDescription();
      LOG.debug("call failed status={}", e.getStatus());
      return Optional.empty();
    }
  }

  /** Only the controller's own words reject: an answer without them means that it is away. */
  private static Optional<RejectedException> rejection(StatusRuntimeException e) {
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    boolean refused =
        switch (e.getStatus().getCode()) {
          case NOT_FOUND, FAILED_PRECONDITION, INVALID_ARGUMENT -> true;
          default -> false;
        };
    if (!refused || status == null) {
      return Optional.empty();
    }
    for (Any detail : status.getDetailsList()) {
      try {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          if (info.getDomain().equals(DOMAIN)) {
            return Optional.of(new RejectedException(cause(info.getReason()), status.getMessage()));
          }
        }
      } catch (InvalidProtocolBufferException malformed) {
        LOG.debug("error details unreadable status={}", e.getStatus());
      }
    }
    return Optional.empty();
  }

  private static RejectedException.Cause cause(String reason) {
    return switch (reason) {
      case "RUN_DELETED" -> RejectedException.Cause.RUN_DELETED;
      case "SUPERSEDED" -> RejectedException.Cause.SUPERSEDED;
      default -> RejectedException.Cause.REFUSED;
    };
  }

  /** Closes the connection at once. */
  @Override
  public void close() {
    channel.shutdownNow();
  }
}
