package dev.connectome.trainer.control;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the training learns that it is to stop. Orders come from several threads and may be
 * repeated; the training asks after every mini-batch and every epoch.
 *
 * <p>A more urgent order replaces a less urgent one. An order outranks an interruption, and the
 * loss of the run outranks both.
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

  private @Nullable StopRequest request;
  private boolean finished;

  /** Makes a switch that nobody has touched. */
  public StopSwitch() {}

  /**
   * Takes an order.
   *
   * @param order the order
   * @return what became of it
   */
  public synchronized Disposition command(StopRequest.Commanded order) {
    if (finished) {
      return Disposition.ALREADY_FINISHED;
    }
    if (request instanceof StopRequest.Abandoned) {
      return Disposition.ALREADY_STOPPING;
    }
    if (request instanceof StopRequest.Commanded current) {
      if (order.equals(current)) {
        return Disposition.ACCEPTED;
      }
      if (order.mode().compareTo(current.mode()) > 0) {
        request =
            new StopRequest.Commanded(
                current.commandId(), order.mode(), current.restoreEpoch(), current.reason());
      }
      return Disposition.ALREADY_STOPPING;
    }
    request = order;
    return Disposition.ACCEPTED;
  }

  /** The process was told to end. */
  public synchronized void interrupt() {
    if (request == null) {
      request = new StopRequest.Interrupted();
    }
  }

  /**
   * The run is no longer this trainer's.
   *
   * @param message why, for people
   */
  public synchronized void abandon(String message) {
    request = new StopRequest.Abandoned(message);
  }

  /**
   * What to stop for at a boundary.
   *
   * @param boundary where the training is
   * @return the request that takes effect here; empty to go on
   */
  public synchronized Optional<StopRequest> due(Boundary boundary) {
    boolean later =
        request instanceof StopRequest.Commanded order
            && order.mode() == StopRequest.Mode.END_OF_EPOCH
            && boundary == Boundary.MINI_BATCH;
    return later ? Optional.empty() : Optional.ofNullable(request);
  }

  /**
   * The order that is obeyed.
   *
   * @return the order; empty if there is none
   */
  public synchronized Optional<StopRequest.Commanded> order() {
    return request instanceof StopRequest.Commanded order ? Optional.of(order) : Optional.empty();
  }

  /** The training has ended by itself: orders come too late from now on. */
  public synchronized void finish() {
    if (request == null) {
      finished = true;
    }
  }
}
