package dev.connectome.signature.assembly;

import java.util.List;

/**
 * The effect of a record on its run.
 *
 * @param state the state after it; a completed snapshot is in it as recorded, but not yet as signed
 * @param failures the snapshots that it closed without a signature, in the order in which they are
 *     to be told
 * @param step what became of the record itself
 */
public record Transition(RunState state, List<SnapshotFailure> failures, Step step) {

  /** Copies the list. */
  public Transition {
    failures = List.copyOf(failures);
  }
}
