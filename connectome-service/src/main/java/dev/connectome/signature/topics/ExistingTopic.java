package dev.connectome.signature.topics;

/** The properties of an existing topic that the plan checks. */
record ExistingTopic(String name, int partitions, String cleanupPolicy, int maxMessageBytes) {}
