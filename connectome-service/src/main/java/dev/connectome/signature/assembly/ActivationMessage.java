package dev.connectome.signature.assembly;

import java.util.UUID;

/** A valid record of the activations topic. */
public sealed interface ActivationMessage permits ActivationBatch, AttemptEnd {

  UUID runUid();

  int attempt();

  /** The attempt that it is about; it changes no other. */
  default AttemptKey key() {
    return new AttemptKey(runUid(), attempt());
  }
}
