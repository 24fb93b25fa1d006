package dev.connectome.controller.launch;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.connectome.controller.codec.TrainerReports;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.util.Optional;

/** The outcome that a trainer leaves in a file or a termination message, as JSON. */
public final class ReportedOutcome {

  private ReportedOutcome() {}

  /**
   * Empty if the outcome does not name how the attempt ended.
   *
   * @throws InvalidProtocolBufferException if it is not the JSON of a {@link ReportOutcomeRequest}
   */
  public static Optional<TrainingOutcome> parse(String json) throws InvalidProtocolBufferException {
    var request = ReportOutcomeRequest.newBuilder();
    JsonFormat.parser().ignoringUnknownFields().merge(json, request);
    TrainingEnd end = request.getOutcome().getEnd();
    return end == TrainingEnd.TRAINING_END_UNSPECIFIED || end == TrainingEnd.UNRECOGNIZED
        ? Optional.empty()
        : Optional.of(TrainerReports.outcome(request.getOutcome().toByteArray()));
  }
}
