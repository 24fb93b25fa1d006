package dev.connectome.signature.stream;

import dev.connectome.signature.assembly.Retention;
import dev.connectome.signature.codec.ActivationDecoder;
import dev.connectome.signature.compute.MemoryBudget;
import dev.connectome.signature.compute.SignatureEngine;
import dev.connectome.signature.metrics.PipelineMeters;
import dev.connectome.signature.settings.ConnectomeSettings;
import dev.connectome.signature.settings.RetentionSettings;
import dev.connectome.signature.store.RunStores;
import dev.connectome.signature.topics.TopicNames;
import java.util.Set;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jboss.logging.Logger;

/** Assembles the Kafka Streams application. */
public final class SignatureStreams {

  private static final Logger LOG = Logger.getLogger(SignatureStreams.class);

  private SignatureStreams() {}

  /** The application, not started yet. */
  static KafkaStreams create(
      ConnectomeSettings settings,
      SignatureEngine engine,
      PipelineMeters meters,
      ThreadReplacements replacements) {
    RetentionSettings retention = settings.retention();
    MemoryBudget memory = settings.memoryBudget();
    LOG.infof(
        "memory for one snapshot heapBytes=%d nativeBytes=%d maxNeurons=%d",
        memory.heapBytes(), memory.nativeBytes(), memory.maxNeurons());
    Topology topology =
        topology(
            TopicNames.withPrefix(settings.kafka().topicPrefix()),
            new ActivationDecoder(settings.limits().toRecordLimits(), memory),
            new Retention(retention.silent(), retention.recorded(), retention.checkInterval()),
            engine,
            meters,
            settings.streams().recentBytes() / settings.kafka().partitions());
    KafkaStreams streams =
        new KafkaStreams(topology, new StreamsConfig(KafkaConfig.streams(settings)));
    streams.setUncaughtExceptionHandler(
        failure -> {
          meters.countFailedThread();
          if (replacements.admit(failure)) {
            LOG.error("stream thread failed and is replaced", failure);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
          }
          LOG.errorf(
              failure, "stream threads fail again and again, giving up limit=%s", replacements);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    return streams;
  }

  static Topology topology(
      TopicNames topics,
      ActivationDecoder decoder,
      Retention retention,
      SignatureEngine engine,
      PipelineMeters meters,
      long cacheBytes) {
    return SignatureTopology.build(
        topics,
        new ProcessorSupplier<byte[], byte[], byte[], byte[]>() {
          @Override
          public Processor<byte[], byte[], byte[], byte[]> get() {
            return new SnapshotProcessor(decoder, engine, retention, meters, cacheBytes);
          }

          @Override
          public Set<StoreBuilder<?>> stores() {
            return RunStores.builders();
          }
        });
  }
}
