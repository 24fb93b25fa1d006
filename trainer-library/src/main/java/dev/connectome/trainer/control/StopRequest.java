package dev.connectome.trainer.control;

import dev.connectome.protos.trainer.v1.StopCommand;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/** Why a training should end before its last epoch. */
public sealed interface StopRequest {

  /** When a stop command takes effect, from the least to the most urgent. */
  enum Mode {
    /** At the end of the current epoch, followed by a checkpoint. */
    END_OF_EPOCH,
    /** At the end of the current mini-batch, followed by a checkpoint. */
    GRACEFUL,
    /** At the end of the current mini-batch, without a checkpoint of the current weights. */
    IMMEDIATE
  }

  /**
   * A stop command from the controller.
   *
   * @param commandId identifies the command; a repeated command has the same id
   * @param mode when it takes effect
   * @param restoreEpoch the epoch, from 1, whose weights to keep; empty for the current weights
   * @param reason the reason as text, possibly empty
   * @param deadline when the process will be killed, by the trainer's clock; empty if it will not
   */
  record Command(
      String commandId,
      Mode mode,
      OptionalInt restoreEpoch,
      String reason,
      Optional<Instant> deadline)
      implements StopRequest {

    /**
     * Makes a command without a deadline.
     *
     * @param commandId identifies the command
     * @param mode when it takes effect
     * @param restoreEpoch the epoch, from 1, whose weights to keep; empty for the current weights
     * @param reason the reason as text, possibly empty
     */
    public Command(String commandId, Mode mode, OptionalInt restoreEpoch, String reason) {
      this(commandId, mode, restoreEpoch, reason, Optional.empty());
    }

    Command withDeadline(Optional<Instant> newDeadline) {
      return new Command(commandId, mode, restoreEpoch, reason, newDeadline);
    }

    /**
     * Reads a command as the controller sends it. A mode that is unset or unknown is read as {@link
     * Mode#GRACEFUL}.
     *
     * @param command the protobuf message
     * @param now when it was received
     * @return the command
     */
    public static Command of(StopCommand command, Instant now) {
      return new Command(
          command.getCommandId(),
          switch (command.getMode()) {
            case STOP_MODE_IMMEDIATE -> Mode.IMMEDIATE;
            case STOP_MODE_END_OF_EPOCH -> Mode.END_OF_EPOCH;
            case STOP_MODE_GRACEFUL, STOP_MODE_UNSPECIFIED, UNRECOGNIZED -> Mode.GRACEFUL;
          },
          command.hasRestoreEpoch()
              ? OptionalInt.of(command.getRestoreEpoch())
              : OptionalInt.empty(),
          command.getReason(),
          deadline(command, now));
    }

    /** The time left counts from now, on this clock; only old controllers send a deadline alone. */
    private static Optional<Instant> deadline(StopCommand command, Instant now) {
      if (command.hasTimeLeft()) {
        return Optional.of(
            now.plusSeconds(command.getTimeLeft().getSeconds())
                .plusNanos(command.getTimeLeft().getNanos()));
      }
      return command.hasDeadline()
          ? Optional.of(
              Instant.ofEpochSecond(
                  command.getDeadline().getSeconds(), command.getDeadline().getNanos()))
          : Optional.empty();
    }
  }

  /** The process received a signal; another attempt may continue the run. */
  record Interruption() implements StopRequest {}

  /**
   * The controller no longer accepts this trainer for the run.
   *
   * @param message the controller's reason
   */
  record Revocation(String message) implements StopRequest {}
}
