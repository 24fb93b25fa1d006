package dev.connectome.client;

import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceBlockingStub;
import dev.connectome.protos.run.v1.WatchTrainingRunRequest;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Follows one run to its end. After a broken connection it waits for the controller, with a backoff
 * of 0.25 s to 5 s, and resumes after the last position that it has seen. Not thread-safe.
 */
public final class RunWatch {
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

  private final TrainingRunServiceBlockingStub stub;
  private final String name;
  private long position;
  private TrainingRun run = TrainingRun.getDefaultInstance();
  private Duration backoff = FIRST_BACKOFF;
  private boolean connected;
  private boolean outage;

  RunWatch(TrainingRunServiceBlockingStub stub, String name, long afterPosition) {
    this.stub = stub;
    this.name = name;
    this.position = afterPosition;
  }

  /** The position of the last item seen; {@link ConnectomeClient#watch} resumes after it. */
  public long position() {
    return position;
  }

  /**
   * Follows the run until it has ended.
   *
   * @param items gets the run as it is now, then every event, every signature and every change of
   *     the run once, in order
   * @param outages gets the error once in each outage, when the controller becomes unreachable
   * @return the state in which the run ended: STOPPED, COMPLETED or FAILED
   * @throws InterruptedException if the thread is interrupted while it waits for the controller
   * @throws ControllerException if the controller refuses, or cannot be reached at the beginning
   */
  public RunState toEnd(
      Consumer<WatchTrainingRunResponse> items, Consumer<ControllerException> outages)
      throws InterruptedException {
    while (true) {
      try {
        WatchTrainingRunRequest request =
            WatchTrainingRunRequest.newBuilder().setName(name).setAfterPosition(position).build();
        read(stub.watchTrainingRun(request), items);
        if (RunStates.ended(run.getState())) {
          return run.getState();
        }
      } catch (StatusRuntimeException e) {
        ControllerException failure = new ControllerException(e);
        if (failure.code() != Status.Code.UNAVAILABLE || !connected) {
          throw failure;
        }
        if (!outage) {
          outage = true;
          outages.accept(failure);
        }
      }
      TimeUnit.MILLISECONDS.sleep(backoff.toMillis());
      Duration doubled = backoff.multipliedBy(2);
      backoff = doubled.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : doubled;
    }
  }

  private void read(
      Iterator<WatchTrainingRunResponse> stream, Consumer<WatchTrainingRunResponse> items) {
    while (stream.hasNext()) {
      WatchTrainingRunResponse item = stream.next();
      connected = true;
      outage = false;
      backoff = FIRST_BACKOFF;
      if (isNew(item)) {
        items.accept(item);
      }
      position = Math.max(position, item.getPosition());
    }
  }

  /** Each stream begins with a snapshot of the run, which may not have changed. */
  private boolean isNew(WatchTrainingRunResponse item) {
    if (!item.hasTrainingRun()) {
      return item.getPosition() > position;
    }
    boolean changed = !item.getTrainingRun().equals(run);
    run = item.getTrainingRun();
    return changed;
  }
}
