package dev.connectome.trainer.network;

import ai.djl.nn.Block;

/**
 * Adds a network to a trainer. The trainer finds providers with {@link java.util.ServiceLoader} in
 * the jars of its networks path; a run selects one by name.
 */
public interface NetworkProvider {

  /**
   * Returns the name by which a run selects the network.
   *
   * @return a name with a dot, for example {@code acme.digits}; built-in networks have none
   */
  String name();

  /**
   * Builds the network without initializing its weights. Called on the training thread, and again
   * when the weights of an earlier epoch are restored: equal requests must give equal layers.
   *
   * @param request the shape of inputs and outputs, and the settings of the run
   * @return a block that maps {@code images × channels × rows × columns} to {@code images ×
   *     classes} logits. Its layers are observed as {@link
   *     dev.connectome.trainer.probe.ActivationProbe#check} says
   * @throws IllegalArgumentException if a setting is wrong. The run fails with this message, which
   *     should state the value and the remedy
   */
  Block build(NetworkRequest request);
}
