package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.store.Store;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class RunMetersTest {

  @Test
  void everyStateIsReportedWithItsRunsAndThoseWithoutAnyAsNone() throws Exception {
    DataSource database = TestDatabase.create();
    var metrics = new SimpleMeterRegistry();
    try (var controller = ControllerUnderTest.notStarted(database, Map.of())) {
      for (String runId : new String[] {"a", "b", "c"}) {
        var unused =
            controller
                .runs()
                .createTrainingRun(
                    CreateTrainingRunRequest.newBuilder()
                        .setTrainingRunId(runId)
                        .setTrainingRun(
                            TrainingRun.newBuilder()
                                .setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL))
                        .build());
      }
      var unused =
          controller
              .runs()
              .stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/b").build());

      RunMeters.register(new Store(database), metrics);

      assertThat(controller.get("a").getState()).isEqualTo(RunState.RUN_STATE_PENDING);
      assertThat(runs(metrics, "pending")).isEqualTo(2);
      assertThat(runs(metrics, "stopped")).isEqualTo(1);
      assertThat(runs(metrics, "failed")).isZero();
    }
  }

  private static double runs(SimpleMeterRegistry metrics, String state) {
    return metrics.get("connectome.runs").tag("state", state).gauge().value();
  }
}
