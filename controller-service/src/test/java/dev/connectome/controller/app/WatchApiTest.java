package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.WatchTrainingRunRequest;
import dev.connectome.protos.run.v1.WatchTrainingRunResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs are watched. */
class WatchApiTest extends ApiOverGrpc {

  @Test
  void aWatcherGetsEverythingOnceInOrderAndTheStreamEndsWithTheRun() throws Exception {
    runToItsEnd();
    Iterator<WatchTrainingRunResponse> all =
        controller
            .runs()
            .watchTrainingRun(WatchTrainingRunRequest.newBuilder().setName("runs/a").build());

    List<Long> positions = new ArrayList<>();
    List<TrainingRun> snapshots = new ArrayList<>();
    while (all.hasNext()) {
      WatchTrainingRunResponse item = all.next();
      if (item.hasTrainingRun()) {
        snapshots.add(item.getTrainingRun());
      } else {
        positions.add(item.getPosition());
      }
    }

    List<Long> expected = new ArrayList<>();
    for (long position = 1; position <= controller.get("a").getPosition(); position++) {
      expected.add(position);
    }
    assertThat(positions).isEqualTo(expected);
    assertThat(snapshots.get(snapshots.size() - 1).getState())
        .isEqualTo(RunState.RUN_STATE_COMPLETED);
  }

  @Test
  void aWatcherThatComesBackGoesOnBehindWhatItHas() throws Exception {
    runToItsEnd();
    long last = controller.get("a").getPosition();

    Iterator<WatchTrainingRunResponse> rest =
        controller
            .runs()
            .watchTrainingRun(
                WatchTrainingRunRequest.newBuilder()
                    .setName("runs/a")
                    .setAfterPosition(last - 1)
                    .build());

    List<Long> positions = new ArrayList<>();
    rest.forEachRemaining(
        item -> {
          if (!item.hasTrainingRun()) {
            positions.add(item.getPosition());
          }
        });
    assertThat(positions).containsExactly(last);
  }
}
