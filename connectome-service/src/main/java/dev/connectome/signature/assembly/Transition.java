package dev.connectome.signature.assembly;

import java.util.List;

/**
 * The effect of a record on its run.
 *
 * @param state the state after it; a completed snapshot is recorded in it, but not yet signed
 * @param failures the snapshots that it closes without a signature, in the order in which they are
 *     published
 * @param step what to do with the record itself
 */
public record Transition(AttemptState state, List<SnapshotFailure> failures, Step step) {

  /** Copies the list. */
  public Transition {
    failures = List.copyOf(failures);
  }
}
