package dev.connectome.trainer.control;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the training learns that it is to stop. Orders come from several threads and may be
 * repeated; the training asks after every mini-batch and every epoch.
 *
 * <p>A more urgent order replaces a less urgent one. An order outranks an interruption, and the
 * loss of the run outranks both. An order that could wait for the end of the epoch waits no longer
 * when its deadline is near.
 */
public final class StopSwitch {

  /** What became of an order. */
  public enum Disposition {
    /** The training will stop because of it; the same order again is answered the same. */
    ACCEPTED,
    /** The training was stopping already. */
    ALREADY_STOPPING,
    /** The training had ended by itself. */
    ALREADY_FINISHED
  }

  /** A place in the training at which it can stop. */
  public enum Boundary {
    /** After a mini-batch. */
    MINI_BATCH,
    /** After an epoch. */
    EPOCH
  }

  /** What the checkpoint and the last messages are given before a deadline. */
  private static final Duration FAREWELL = Duration.ofSeconds(10);

  private final InstantSource time;
  private @Nullable StopRequest request;
  private boolean finished;

  /** Makes a switch that nobody has touched. */
  public StopSwitch() {
    this(InstantSource.system());
  }

  /**
   * Makes a switch that nobody has touched.
   *
   * @param time what deadlines are compared with
   */
  public StopSwitch(InstantSource time) {
    this.time = time;
  }

  /**
   * Takes an order.
   *
   * @param order the order
   * @return what became of it
   */
  public synchronized Disposition submit(StopRequest.Command order) {
    if (finished) {
      return Disposition.ALREADY_FINISHED;
    }
    if (request instanceof StopRequest.Revocation) {
      return Disposition.ALREADY_STOPPING;
    }
    if (request instanceof StopRequest.Command current) {
      if (order.commandId().equals(current.commandId()) && order.mode() == current.mode()) {
        return Disposition.ACCEPTED;
      }
      if (order.mode().compareTo(current.mode()) > 0) {
        request =
            new StopRequest.Command(
                current.commandId(),
                order.mode(),
                current.restoreEpoch(),
                current.reason(),
                order.deadline().or(current::deadline));
      }
      return Disposition.ALREADY_STOPPING;
    }
    request = order;
    return Disposition.ACCEPTED;
  }

  /** The process was told to end. */
  public synchronized void interrupt() {
    if (request == null) {
      request = new StopRequest.Interruption();
    }
  }

  /**
   * The run is no longer this trainer's.
   *
   * @param message why, for people
   */
  public synchronized void revoke(String message) {
    request = new StopRequest.Revocation(message);
  }

  /**
   * What to stop for at a boundary.
   *
   * @param boundary where the training is
   * @return the request that takes effect here; empty to go on
   */
  public synchronized Optional<StopRequest> due(Boundary boundary) {
    boolean later =
        request instanceof StopRequest.Command order
            && order.mode() == StopRequest.Mode.END_OF_EPOCH
            && boundary == Boundary.MINI_BATCH
            && !isNear(order.deadline());
    return later ? Optional.empty() : Optional.ofNullable(request);
  }

  /**
   * Whether there is no time left for more than the checkpoint and the last messages.
   *
   * @return true shortly before the deadline of the order that is obeyed, and after it
   */
  public synchronized boolean isDeadlineNear() {
    return request instanceof StopRequest.Command order && isNear(order.deadline());
  }

  private boolean isNear(Optional<Instant> deadline) {
    return deadline.isPresent() && time.instant().plus(FAREWELL).isAfter(deadline.get());
  }

  /**
   * The order that is obeyed.
   *
   * @return the order; empty if there is none
   */
  public synchronized Optional<StopRequest.Command> command() {
    return request instanceof StopRequest.Command order ? Optional.of(order) : Optional.empty();
  }

  /** The training has ended by itself: orders come too late from now on. */
  public synchronized void finish() {
    if (request == null) {
      finished = true;
    }
  }
}
