package dev.connectome.controller.api;

import dev.connectome.controller.store.RunList;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.RunSelection;
import dev.connectome.protos.run.v1.RunState;
import java.util.ArrayList;
import java.util.List;

/** What requests say of the runs that they are about. */
final class RunSelections {

  private RunSelections() {}

  static RunList.Filter filter(ListTrainingRunsRequest request) {
    return new RunList.Filter(
        states("states", request.getStatesList()), request.getLabelsMap(), request.getIdPrefix());
  }

  static RunList.Filter filter(RunSelection selection) {
    return new RunList.Filter(
        states("selection.states", selection.getStatesList()),
        selection.getLabelsMap(),
        selection.getIdPrefix());
  }

  /** The same for a request that changes runs: a selection left out is a slip, not a wish. */
  static RunList.Filter narrowFilter(RunSelection selection) {
    if (selection.getLabelsCount() == 0 && selection.getIdPrefix().isEmpty()) {
      throw Rejection.invalid("selection", "must have a label or an id_prefix");
    }
    return filter(selection);
  }

  private static List<dev.connectome.controller.run.RunState> states(
      String field, List<RunState> messages) {
    List<dev.connectome.controller.run.RunState> states = new ArrayList<>();
    for (RunState state : messages) {
      if (state == RunState.UNRECOGNIZED || state == RunState.RUN_STATE_UNSPECIFIED) {
        throw Rejection.invalid(field, "must be states of a run");
      }
      states.add(
          dev.connectome.controller.run.RunState.valueOf(
              state.name().substring("RUN_STATE_".length())));
    }
    return states;
  }
}
