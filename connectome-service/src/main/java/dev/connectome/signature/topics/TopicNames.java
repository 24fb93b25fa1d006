package dev.connectome.signature.topics;

/**
 * The names of the topics.
 *
 * @param activations what trainers publish
 * @param signatures what this service publishes
 * @param deadLetters records of the activations topic that were not valid
 */
public record TopicNames(String activations, String signatures, String deadLetters) {

  public static TopicNames withPrefix(String prefix) {
    return new TopicNames(
        prefix + "activations.v1", prefix + "signatures.v1", prefix + "dead-letters.v1");
  }
}
