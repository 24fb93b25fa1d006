package dev.connectome.controller.faults;

import dev.connectome.controller.fixture.SimulatedTrainer;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.StopTrainingRequest;
import dev.connectome.protos.trainer.v1.StopTrainingResponse;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A trainer that lives by itself over real gRPC: it registers, sends heartbeats, obeys stops and
 * tells its outcome, until a controller has received it.
 */
final class LiveTrainer implements AutoCloseable {

  /** How a trainer reacts to a stop command. */
  enum Manners {
    OBEDIENT,
    /** Nobody listens where it says it does; it learns of the stop command from its heartbeats. */
    UNREACHABLE,
    /** Answers later than anybody waits for. */
    LATE,
    /** Answers with errors at first. */
    FAILING,
    /** Obeys, and says all it says twice. */
    REPEATING,
    /** Accepts, and goes on. */
    STUBBORN,
    /** Accepts, and dies. */
    DYING,
    /** Has trained all epochs when the stop command arrives. */
    FINISHED,
    /** Cannot write its checkpoint. */
    BROKEN,
    /** Says nothing until it is released. */
    HOLDING,
    /** Accepts, and goes on until it is released; then it obeys. */
    ACCEPTING
  }

  private static final long BEAT_MILLIS = 400;
  private static final long LATER_MILLIS = 4_000;
  private static final int ERRORS = 2;
  private static final String NOWHERE = "127.0.0.1:1";

  private final ScheduledExecutorService executor;
  private final ManagedChannel controller;
  private final SimulatedTrainer trainer;
  private final Manners manners;
  private final UUID runUid;
  private final AtomicInteger epochs = new AtomicInteger();
  private final AtomicInteger errors = new AtomicInteger();
  private final AtomicReference<TrainingEnd> end = new AtomicReference<>();
  private final Set<String> obeyed = ConcurrentHashMap.newKeySet();
  private final Set<Status.Code> surprises = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<StreamObserver<StopTrainingResponse>> held =
      new ConcurrentLinkedQueue<>();
  private final CountDownLatch registered = new CountDownLatch(1);
  private volatile boolean released;
  private volatile boolean exited;
  private volatile boolean fenced;

  LiveTrainer(
      ScheduledExecutorService executor, ManagedChannel controller, UUID runUid, Manners manners)
      throws IOException {
    this.executor = executor;
    this.controller = controller;
    this.runUid = runUid;
    this.manners = manners;
    this.trainer = new SimulatedTrainer(controller, runUid.toString()).answering(this::answerOrder);
    later(0, this::live);
  }

  UUID runUid() {
    return runUid;
  }

  int attempt() {
    return trainer.attempt();
  }

  void awaitRegistered() throws InterruptedException {
    if (!registered.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the trainer of %s could not register".formatted(runUid));
    }
  }

  /** Has trained one more epoch; tells which. */
  int trainEpoch() {
    return epochs.incrementAndGet();
  }

  /** Ends by itself. */
  void finish(TrainingEnd how) {
    end.compareAndSet(null, how);
  }

  /** Dies without a word. */
  void die() {
    exited = true;
    trainer.close();
  }

  /** Answers the stop requests that it held back, and obeys from now on. */
  void release() {
    released = true;
    held.forEach(SimulatedTrainer::accept);
  }

  boolean hasStopRequest() {
    return !trainer.stopRequests().isEmpty();
  }

  /** Whether it has ended, in whatever way. */
  boolean isGone() {
    return exited;
  }

  /** Whether a controller rejected it. */
  boolean isFenced() {
    return fenced;
  }

  /** The commands that it has obeyed; every one was an effective stop. */
  Set<String> obeyed() {
    return obeyed;
  }

  /** Errors that no fault excuses. */
  Set<Status.Code> surprises() {
    return surprises;
  }

  @Override
  public void close() {
    exited = true;
    trainer.close();
  }

  private void live() {
    if (exited) {
      return;
    }
    if (registered.getCount() > 0) {
      if (delivered(
          () -> {
            var unused =
                manners == Manners.UNREACHABLE ? trainer.registerAt(NOWHERE) : trainer.register();
          })) {
        registered.countDown();
      }
    } else if (end.get() == null) {
      delivered(() -> take(trainer.heartbeat(epochs.get())));
    }
    if (end.get() != null && registered.getCount() == 0 && delivered(this::report)) {
      exited = true;
    }
    later(BEAT_MILLIS, this::live);
  }

  private void take(StopCommand command) {
    if (!command.getCommandId().isEmpty()) {
      obey(command.getCommandId());
    }
  }

  private void report() {
    var outcome =
        TrainingOutcome.newBuilder()
            .setEnd(end.get())
            .setFinalEpoch(epochs.get())
            .setFailureMessage(end.get() == TrainingEnd.TRAINING_END_FAILED ? "disk is full" : "");
    obeyed.stream().findFirst().ifPresent(outcome::setStopCommandId);
    trainer.report(outcome);
    if (manners == Manners.REPEATING) {
      trainer.report(outcome);
    }
  }

  private void answerOrder(StreamObserver<StopTrainingResponse> observer) {
    StopTrainingRequest request = trainer.stopRequests().get(trainer.stopRequests().size() - 1);
    switch (manners) {
      case LATE -> later(LATER_MILLIS, () -> acceptAndObey(request, observer));
      case FAILING -> {
        if (errors.incrementAndGet() <= ERRORS) {
          observer.onError(Status.INTERNAL.asRuntimeException());
        } else {
          acceptAndObey(request, observer);
        }
      }
      case HOLDING -> {
        if (released) {
          acceptAndObey(request, observer);
        } else {
          held.add(observer);
        }
      }
      default -> acceptAndObey(request, observer);
    }
  }

  private void acceptAndObey(
      StopTrainingRequest request, StreamObserver<StopTrainingResponse> observer) {
    SimulatedTrainer.accept(observer);
    obey(request.getCommand().getCommandId());
  }

  private void obey(String commandId) {
    if ((manners == Manners.HOLDING || manners == Manners.ACCEPTING) && !released) {
      return;
    }
    switch (manners) {
      case STUBBORN -> obeyed.add(commandId);
      case DYING -> {
        obeyed.add(commandId);
        exited = true;
      }
      case FINISHED -> finish(TrainingEnd.TRAINING_END_COMPLETED);
      case BROKEN -> {
        obeyed.add(commandId);
        finish(TrainingEnd.TRAINING_END_FAILED);
      }
      default -> {
        if (end.get() == null) {
          obeyed.add(commandId);
        }
        finish(TrainingEnd.TRAINING_END_STOPPED);
      }
    }
  }

  /** Calls the controller; tells whether it answered. */
  private boolean delivered(Runnable call) {
    try {
      call.run();
      return true;
    } catch (StatusRuntimeException e) {
      switch (e.getStatus().getCode()) {
        case FAILED_PRECONDITION, NOT_FOUND -> {
          fenced = true;
          exited = true;
        }
        case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> controller.resetConnectBackoff();
        default -> {
          // What gRPC calls a connection that was cut while a call was being written.
          if (!(e.getStatus().getCause() instanceof ClosedChannelException)) {
            surprises.add(e.getStatus().getCode());
          }
        }
      }
      return false;
    }
  }

  private void later(long millis, Runnable work) {
    try {
      var unused = executor.schedule(work, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      exited = true;
    }
  }
}
