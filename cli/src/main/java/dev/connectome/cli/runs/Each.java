package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ControllerException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What was done for each of several runs: one that is refused does not keep others from it. */
final class Each<R> {
  private final List<R> done = new ArrayList<>();
  private final List<ControllerException> refused = new ArrayList<>();

  private Each() {}

  static <T, R> Each<R> of(List<T> runs, Function<T, R> action) {
    Each<R> each = new Each<>();
    for (T run : runs) {
      try {
        each.done.add(action.apply(run));
      } catch (ControllerException e) {
        each.refused.add(e);
        if (e.isTransient()) {
          break;
        }
      }
    }
    return each;
  }

  List<R> done() {
    return done;
  }

  /** Fails if any was refused. */
  void requireAll() {
    if (refused.size() == 1) {
      throw refused.get(0);
    }
    if (!refused.isEmpty()) {
      throw CommandFailure.failed(
          refused.stream().map(ControllerException::getMessage).collect(Collectors.joining("\n")));
    }
  }
}
