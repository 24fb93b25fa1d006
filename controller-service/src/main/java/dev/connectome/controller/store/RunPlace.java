package dev.connectome.controller.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The place of a run in a list: others follow it if they come later by the keys of the list's order
 * or, where these are the same, were created earlier, or at the same time with a smaller uid.
 *
 * @param keys its values of the order's keys: text, numbers or times; empty for those that it does
 *     not have
 */
public record RunPlace(List<Optional<Object>> keys, Instant createTime, UUID uid) {
  public RunPlace {
    keys = List.copyOf(keys);
  }

  /** The place in a list whose order is newest first. */
  public static RunPlace of(RunRow run) {
    return new RunPlace(List.of(), run.createTime(), run.uid());
  }
}
