package dev.connectome.trainer.control;

import dev.connectome.protos.trainer.v1.StopCommand;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Collects stop requests from any thread. The training checks it after every mini-batch and every
 * epoch. Thread-safe.
 *
 * <p>A more urgent command replaces a less urgent one. A command takes precedence over an
 * interruption, and a revocation over both. A command that waits for the end of the epoch takes
 * effect earlier if its deadline is near.
 */
public final class StopSwitch {

  /** The answer to a stop command. */
  public enum Disposition {
    /** The training will stop because of this command. A repeated command gets the same answer. */
    ACCEPTED,
    /** The training was already stopping for another reason. */
    ALREADY_STOPPING,
    /** The training had already completed all of its epochs. */
    ALREADY_FINISHED
  }

  /** A point at which a training can stop. */
  public enum Boundary {
    /** After a mini-batch. */
    MINI_BATCH,
    /** After an epoch. */
    EPOCH
  }

  /** Time before a deadline that is reserved for the checkpoint and the outcome report. */
  private static final Duration DEADLINE_RESERVE = Duration.ofSeconds(10);

  private final InstantSource time;
  private @Nullable StopRequest request;
  private boolean finished;

  /** Makes a switch without a request, on the system clock. */
  public StopSwitch() {
    this(InstantSource.system());
  }

  /**
   * Makes a switch without a request.
   *
   * @param time the clock that deadlines are compared with
   */
  public StopSwitch(InstantSource time) {
    this.time = time;
  }

  /**
   * Submits a stop command as it was received now.
   *
   * @param command the protobuf message
   * @return the answer to it
   */
  public Disposition submit(StopCommand command) {
    return submit(StopRequest.Command.of(command, time.instant()));
  }

  /**
   * Submits a stop command. If another command is in effect, a more urgent mode and its deadline
   * are taken over; id, epoch to restore and reason stay those of the first command. A repetition
   * brings the deadline as it is by then: time does not run while no controller is up.
   *
   * @param command the command
   * @return the answer to it
   */
  public synchronized Disposition submit(StopRequest.Command command) {
    if (finished) {
      return Disposition.ALREADY_FINISHED;
    }
    if (request instanceof StopRequest.Revocation) {
      return Disposition.ALREADY_STOPPING;
    }
    if (request instanceof StopRequest.Command current) {
      if (command.commandId().equals(current.commandId()) && command.mode() == current.mode()) {
        request = current.withDeadline(command.deadline());
        return Disposition.ACCEPTED;
      }
      if (command.mode().compareTo(current.mode()) > 0) {
        request =
            new StopRequest.Command(
                current.commandId(),
                command.mode(),
                current.restoreEpoch(),
                current.reason(),
                command.deadline());
      }
      return Disposition.ALREADY_STOPPING;
    }
    request = command;
    return Disposition.ACCEPTED;
  }

  /** Requests a stop because the process received a signal. Ignored if a stop is pending. */
  public synchronized void interrupt() {
    if (request == null) {
      request = new StopRequest.Interruption();
    }
  }

  /**
   * Requests a stop because the controller no longer accepts this trainer.
   *
   * @param message the controller's reason
   */
  public synchronized void revoke(String message) {
    request = new StopRequest.Revocation(message);
  }

  /**
   * Returns the request that takes effect at a boundary.
   *
   * @param boundary the point that the training has reached
   * @return the request; empty if the training should continue
   */
  public synchronized Optional<StopRequest> due(Boundary boundary) {
    boolean waitsForEpoch =
        request instanceof StopRequest.Command command
            && command.mode() == StopRequest.Mode.END_OF_EPOCH
            && boundary == Boundary.MINI_BATCH
            && !isNear(command.deadline());
    return waitsForEpoch ? Optional.empty() : Optional.ofNullable(request);
  }

  /**
   * Returns whether only enough time is left to write a checkpoint and to report the outcome.
   *
   * @return true from 10 s before the deadline of the pending command; false without a deadline
   */
  public synchronized boolean isDeadlineNear() {
    return request instanceof StopRequest.Command command && isNear(command.deadline());
  }

  private boolean isNear(Optional<Instant> deadline) {
    return deadline.isPresent() && time.instant().plus(DEADLINE_RESERVE).isAfter(deadline.get());
  }

  /**
   * Returns the stop command in effect.
   *
   * @return the command; empty if none was accepted or the trainer was revoked
   */
  public synchronized Optional<StopRequest.Command> command() {
    return request instanceof StopRequest.Command command ? Optional.of(command) : Optional.empty();
  }

  /** Marks the training as completed: later commands are answered {@code ALREADY_FINISHED}. */
  public synchronized void finish() {
    if (request == null) {
      finished = true;
    }
  }
}
