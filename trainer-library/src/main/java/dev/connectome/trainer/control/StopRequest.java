package dev.connectome.trainer.control;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/** Why a training is to end before its time. */
public sealed interface StopRequest {

  /** How soon a commanded stop takes effect; the later, the more urgent. */
  enum Mode {
    /** At the end of the current epoch, then a checkpoint. */
    END_OF_EPOCH,
    /** At the end of the current mini-batch, then a checkpoint. */
    GRACEFUL,
    /** At the end of the current mini-batch, without a checkpoint of the weights as they are. */
    IMMEDIATE
  }

  /**
   * The controller ordered it.
   *
   * @param commandId the order
   * @param mode how soon
   * @param restoreEpoch the epoch whose weights to keep; empty means the last one trained
   * @param reason why, for people
   * @param deadline when the trainer is ended by force; empty means never
   */
  record Command(
      String commandId,
      Mode mode,
      OptionalInt restoreEpoch,
      String reason,
      Optional<Instant> deadline)
      implements StopRequest {

    /**
     * An order without a deadline.
     *
     * @param commandId the order
     * @param mode how soon
     * @param restoreEpoch the epoch whose weights to keep; empty means the last one trained
     * @param reason why, for people
     */
    public Command(String commandId, Mode mode, OptionalInt restoreEpoch, String reason) {
      this(commandId, mode, restoreEpoch, reason, Optional.empty());
    }
  }

  /** The process was told to end; another may continue. */
  record Interruption() implements StopRequest {}

  /**
   * The run is no longer this trainer's.
   *
   * @param message why, for people
   */
  record Revocation(String message) implements StopRequest {}
}
