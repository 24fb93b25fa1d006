package dev.connectome.controller.launch;

import com.google.protobuf.util.JsonFormat;
import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file in which a trainer leaves its outcome, in case nobody hears it. */
final class OutcomeFile {

  private static final Logger LOG = LoggerFactory.getLogger(OutcomeFile.class);

  private OutcomeFile() {}

  /** The outcome in a file; empty if there is none or it does not say how the attempt ended. */
  static Optional<TrainingOutcome> read(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    var request = ReportOutcomeRequest.newBuilder();
    try {
      JsonFormat.parser().ignoringUnknownFields().merge(Files.readString(file), request);
    } catch (IOException e) {
      LOG.warn("outcome file unreadable path={} error=\"{}\"", file, e.getMessage());
      return Optional.empty();
    }
    TrainingEnd end = request.getOutcome().getEnd();
    return end == TrainingEnd.TRAINING_END_UNSPECIFIED || end == TrainingEnd.UNRECOGNIZED
        ? Optional.empty()
        : Optional.of(request.getOutcome());
  }
}
