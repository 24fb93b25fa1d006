package dev.connectome.identity.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.BatchStopTrainingRunsRequest;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.UpdateTrainingRunRequest;
import org.junit.jupiter.api.Test;

/** What a request is about. */
class AuditTest {

  @Test
  void theRunIsNamed() {
    assertThat(Audit.subject(StopTrainingRunRequest.newBuilder().setName("runs/a").build()))
        .isEqualTo("runs/a");
    assertThat(
            Audit.subject(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId("b")
                    .setTrainingRun(TrainingRun.getDefaultInstance())
                    .build()))
        .isEqualTo("b");
    assertThat(
            Audit.subject(
                UpdateTrainingRunRequest.newBuilder()
                    .setTrainingRun(TrainingRun.newBuilder().setName("runs/c"))
                    .build()))
        .isEqualTo("runs/c");
    assertThat(Audit.subject(BatchStopTrainingRunsRequest.getDefaultInstance())).isEmpty();
  }

  @Test
  void ofALongNameTheBeginningIsSaid() {
    assertThat(Audit.subject(StopTrainingRunRequest.newBuilder().setName("n".repeat(5000)).build()))
        .hasSize(67)
        .endsWith("...");
  }
}
