package dev.connectome.signature.topics;

/**
 * What matters of a topic that exists.
 *
 * @param name its name
 * @param partitions how many partitions it has
 * @param cleanupPolicy its cleanup.policy
 * @param maxMessageBytes its max.message.bytes
 */
record ExistingTopic(String name, int partitions, String cleanupPolicy, int maxMessageBytes) {}
