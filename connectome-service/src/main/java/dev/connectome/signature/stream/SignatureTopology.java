package dev.connectome.signature.stream;

import dev.connectome.signature.topics.TopicNames;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * The topology: one processor between the activations topic and the two topics it writes. Keys and
 * values are bytes and any timestamp will do, so that no record can fail before it is processed.
 */
final class SignatureTopology {

  static final String SIGNATURES = "signatures";
  static final String DEAD_LETTERS = "dead-letters";

  private static final String ACTIVATIONS = "activations";
  private static final String SNAPSHOTS = "snapshots";

  private SignatureTopology() {}

  static Topology build(
      TopicNames topics, ProcessorSupplier<byte[], byte[], byte[], byte[]> processor) {
    return new Topology()
        .addSource(
            AutoOffsetReset.earliest(),
            ACTIVATIONS,
            new PublicationTime(),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer(),
            topics.activations())
        .addProcessor(SNAPSHOTS, processor, ACTIVATIONS)
        .addSink(
            SIGNATURES,
            topics.signatures(),
            new ByteArraySerializer(),
            new ByteArraySerializer(),
            SNAPSHOTS)
        .addSink(
            DEAD_LETTERS,
            topics.deadLetters(),
            new ByteArraySerializer(),
            new ByteArraySerializer(),
            SNAPSHOTS);
  }
}
