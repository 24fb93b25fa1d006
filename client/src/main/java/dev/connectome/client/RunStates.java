package dev.connectome.client;

import dev.connectome.protos.run.v1.RunState;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Which states of a run are final. */
public final class RunStates {
  private static final Set<RunState> ENDED =
      Set.of(RunState.RUN_STATE_STOPPED, RunState.RUN_STATE_COMPLETED, RunState.RUN_STATE_FAILED);

  private RunStates() {}

  /** Whether a run in this state has ended: STOPPED, COMPLETED or FAILED. */
  public static boolean ended(RunState state) {
    return ENDED.contains(state);
  }

  /** Every state of a run that has not ended. */
  public static List<RunState> live() {
    return Stream.of(RunState.values())
        .filter(state -> state != RunState.UNRECOGNIZED)
        .filter(state -> state != RunState.RUN_STATE_UNSPECIFIED)
        .filter(state -> !ended(state))
        .toList();
  }
}
