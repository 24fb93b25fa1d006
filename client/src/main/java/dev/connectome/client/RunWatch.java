package dev.connectome.client;

import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.WatchTrainingRunRequest;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Follows one run to its end; a controller that is away is waited for, and nothing is shown twice.
 */
public final class RunWatch {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final ConnectomeClient connection;
  private final String name;
  private long position;
  private Duration pause = FIRST_PAUSE;

  public RunWatch(ConnectomeClient connection, String name) {
    this.connection = connection;
    this.name = name;
  }

  /**
   * Follows the run.
   *
   * @param items gets every item once, in order
   * @param notes gets a line when the controller goes away
   * @return the state the run ended in
   * @throws InterruptedException if the thread is interrupted while it waits for the controller
   * @throws StatusRuntimeException if the controller refuses
   */
  public RunState toEnd(Consumer<WatchTrainingRunResponse> items, Consumer<String> notes)
      throws InterruptedException {
    boolean reached = false;
    boolean noted = false;
    while (true) {
      try {
        Iterator<WatchTrainingRunResponse> stream =
            connection
                .streams()
                .watchTrainingRun(
                    WatchTrainingRunRequest.newBuilder()
                        .setName(name)
                        .setAfterPosition(position)
                        .build());
        RunState last = RunState.RUN_STATE_UNSPECIFIED;
        while (stream.hasNext()) {
          WatchTrainingRunResponse item = stream.next();
          reached = true;
          noted = false;
          pause = FIRST_PAUSE;
          position = Math.max(position, item.getPosition());
          items.accept(item);
          if (item.hasTrainingRun()) {
            last = item.getTrainingRun().getState();
          }
        }
        if (RunStates.ended(last)) {
          return last;
        }
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || !reached) {
          throw e;
        }
        if (!noted) {
          notes.accept("the controller is away; waiting for it ...");
          noted = true;
        }
      }
      TimeUnit.MILLISECONDS.sleep(pause.toMillis());
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }
  }
}
