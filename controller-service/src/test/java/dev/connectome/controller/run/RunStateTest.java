package dev.connectome.controller.run;

import static dev.connectome.controller.run.RunState.COMPLETED;
import static dev.connectome.controller.run.RunState.FAILED;
import static dev.connectome.controller.run.RunState.LOST;
import static dev.connectome.controller.run.RunState.PENDING;
import static dev.connectome.controller.run.RunState.RUNNING;
import static dev.connectome.controller.run.RunState.STARTING;
import static dev.connectome.controller.run.RunState.STOPPED;
import static dev.connectome.controller.run.RunState.STOPPING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RunStateTest {

  @ParameterizedTest
  @EnumSource(RunState.class)
  void leadsWhereTheDiagramSaysAndNowhereElse(RunState state) {
    Set<RunState> next =
        switch (state) {
          case PENDING -> EnumSet.of(STARTING, STOPPED, FAILED);
          case STARTING -> EnumSet.of(RUNNING, PENDING, STOPPED, LOST, FAILED);
          case RUNNING -> EnumSet.of(COMPLETED, STOPPING, PENDING, LOST, FAILED);
          case STOPPING -> EnumSet.of(STOPPED, COMPLETED, LOST, FAILED);
          case LOST -> EnumSet.of(STARTING, RUNNING, STOPPING, PENDING, STOPPED, COMPLETED, FAILED);
          case STOPPED, COMPLETED, FAILED -> EnumSet.of(PENDING);
        };

    for (RunState other : RunState.values()) {
      assertThat(state.mayBecome(other))
          .as("%s to %s", state, other)
          .isEqualTo(next.contains(other));
    }
  }

  @ParameterizedTest
  @EnumSource(RunState.class)
  void anEndIsLeftOnlyByResuming(RunState state) {
    assertThat(state.isEnd()).isEqualTo(EnumSet.of(STOPPED, COMPLETED, FAILED).contains(state));
  }
}
