package dev.connectome.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.trainer.v1.ReportOutcomeRequest;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import dev.connectome.protos.trainer.v1.TrainingOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomeFileTest {

  @TempDir Path folder;

  private static ReportOutcomeRequest outcome(int attempt) {
    return ReportOutcomeRequest.newBuilder()
        .setRunUid("run")
        .setAttempt(attempt)
        .setOutcome(TrainingOutcome.newBuilder().setEnd(TrainingEnd.TRAINING_END_STOPPED))
        .build();
  }

  @Test
  void replacesAnEarlierFile() throws IOException {
    Path file = folder.resolve("new/outcome.json");

    OutcomeFile.write(file, outcome(1));
    OutcomeFile.write(file, outcome(2));

    assertThat(Files.readString(file)).contains("TRAINING_END_STOPPED", "\"attempt\": 2");
    assertThat(file.getParent()).isDirectoryNotContaining("glob:*.part");
  }
}
