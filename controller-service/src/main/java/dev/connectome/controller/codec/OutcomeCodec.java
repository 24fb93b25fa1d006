package dev.connectome.controller.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.util.Optional;
import java.util.UUID;

/** Outcomes of attempts. */
public final class OutcomeCodec {

  private OutcomeCodec() {}

  /**
   * Reads how an attempt ended.
   *
   * @param outcome what the trainer said
   * @return the end
   * @throws IllegalArgumentException if it does not say
   */
  public static AttemptEnd end(TrainingOutcome outcome) {
    return switch (outcome.getEnd()) {
      case TRAINING_END_COMPLETED -> new AttemptEnd.Completed();
      case TRAINING_END_STOPPED -> new AttemptEnd.Stopped();
      case TRAINING_END_INTERRUPTED -> new AttemptEnd.Interrupted();
      case TRAINING_END_FAILED ->
          new AttemptEnd.Failed(outcome.getFailureMessage(), outcome.getPermanent());
      case TRAINING_END_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("the outcome does not say how the attempt ended");
    };
  }

  /**
   * The last epoch that an attempt has trained to its end.
   *
   * @param stored how the attempt ended, as it is stored
   * @return the epoch; 0 if none was
   */
  public static int finalEpoch(byte[] stored) {
    return outcome(stored).getFinalEpoch();
  }

  /**
   * The stop command that an attempt has obeyed.
   *
   * @param stored how the attempt ended, as it is stored
   * @return the command's id; empty if it names none, or what cannot be one
   */
  public static Optional<UUID> stopCommand(byte[] stored) {
    try {
      return Optional.of(UUID.fromString(outcome(stored).getStopCommandId()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static TrainingOutcome outcome(byte[] stored) {
    try {
      return TrainingOutcome.parseFrom(stored);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("what a trainer told cannot be read", e);
    }
  }
}
