package dev.connectome.controller.api;

import dev.connectome.controller.filter.FilterException;
import dev.connectome.controller.filter.RunFilter;
import dev.connectome.controller.filter.RunOrder;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.store.RunList;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.RunSelection;
import java.util.List;
import java.util.function.Function;

/** Which runs a request is about. */
final class RunSelections {

  private RunSelections() {}

  static RunList.Filter filter(ListTrainingRunsRequest request) {
    return new RunList.Filter(
        states(request.getStatesList()),
        request.getLabelsMap(),
        request.getIdPrefix(),
        read("filter", request.getFilter(), RunFilter::parse));
  }

  static RunOrder order(ListTrainingRunsRequest request) {
    return read("order_by", request.getOrderBy(), RunOrder::parse);
  }

  private static <T> T read(String field, String text, Function<String, T> reader) {
    try {
      return reader.apply(text);
    } catch (FilterException e) {
      throw ApiErrors.invalid(field, String.valueOf(e.getMessage()));
    }
  }

  static RunList.Filter filter(RunSelection selection) {
    return new RunList.Filter(
        states(selection.getStatesList()), selection.getLabelsMap(), selection.getIdPrefix());
  }

  /** For a request that changes runs: an empty selection is a mistake and never means all runs. */
  static RunList.Filter narrowFilter(RunSelection selection) {
    if (selection.getLabelsCount() == 0 && selection.getIdPrefix().isEmpty()) {
      throw ApiErrors.invalid("selection", "must have a label or an id_prefix");
    }
    return filter(selection);
  }

  private static List<RunState> states(List<dev.connectome.protos.run.v1.RunState> messages) {
    return messages.stream()
        .map(state -> RunState.valueOf(state.name().substring("RUN_STATE_".length())))
        .toList();
  }
}
