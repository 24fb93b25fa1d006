package dev.connectome.trainer.network;

import ai.djl.nn.Block;

/**
 * Brings a network of the user's own into a trainer: found by {@link java.util.ServiceLoader} in
 * the jars that the trainer is given, and chosen by its name in a run's specification.
 */
public interface NetworkProvider {

  /**
   * The name by which a run asks for the network.
   *
   * @return a name with a dot, which no built-in network has, as in {@code acme.digits}
   */
  String name();

  /**
   * Builds the network, its weights not yet initialised. Called on the training thread, and again
   * when the weights of an earlier epoch are restored: the same request must give the same layers.
   *
   * @param request what the network has to fit
   * @return a block from {@code images × channels × rows × columns} to {@code images × classes}
   *     logits; observed where it is made of nested sequential blocks
   * @throws IllegalArgumentException if a setting is wrong; its message, which should name value
   *     and remedy, becomes the reason why the run failed
   */
  Block build(NetworkRequest request);
}
