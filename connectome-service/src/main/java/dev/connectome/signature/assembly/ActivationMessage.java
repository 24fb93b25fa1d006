package dev.connectome.signature.assembly;

import java.util.UUID;

/** A valid record of the activations topic. */
public sealed interface ActivationMessage permits ActivationBatch, AttemptEnd {

  /**
   * The run it belongs to.
   *
   * @return the run's uid
   */
  UUID runUid();

  /**
   * The attempt of the run it belongs to.
   *
   * @return the attempt, from 1
   */
  int attempt();
}
