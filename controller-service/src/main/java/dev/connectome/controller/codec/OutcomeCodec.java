package dev.connectome.controller.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.store.RunTable;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.util.Optional;
import java.util.UUID;

/** Outcomes of attempts, as trainers report them. */
public final class OutcomeCodec {

  private OutcomeCodec() {}

  /**
   * How an attempt ended.
   *
   * @throws IllegalArgumentException if the outcome does not say
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

  /** An outcome as it is stored. */
  public static RunTable.Outcome stored(byte[] bytes) {
    TrainingOutcome outcome = outcome(bytes);
    return new RunTable.Outcome(
        bytes, outcome.getFinalEpoch(), TrainerReports.metricsJson(outcome.getMetricsMap()));
  }

  /** The last completed epoch; 0 if none was. */
  public static int finalEpoch(byte[] stored) {
    return outcome(stored).getFinalEpoch();
  }

  /** The id of the stop command that was obeyed; empty if there is none or it is not a UUID. */
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
      throw new IllegalStateException("a stored outcome cannot be read", e);
    }
  }
}
