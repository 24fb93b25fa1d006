package dev.connectome.signature.stream;

import dev.connectome.signature.assembly.Retention;
import dev.connectome.signature.codec.ActivationDecoder;
import dev.connectome.signature.codec.RecordLimits;
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
      ConnectomeSettings settings, SignatureEngine engine, PipelineMeters meters) {
    RetentionSettings retention = settings.retention();
    Topology topology =
        topology(
            TopicNames.withPrefix(settings.kafka().topicPrefix()),
            settings.limits().toRecordLimits(),
            new Retention(retention.silent(), retention.recorded(), retention.checkInterval()),
            engine,
            meters,
            settings.streams().recentBytes() / settings.kafka().partitions());
    KafkaStreams streams =
        new KafkaStreams(topology, new StreamsConfig(KafkaConfig.streams(settings)));
    streams.setUncaughtExceptionHandler(
        failure -> {
          LOG.error("stream thread failed and is replaced", failure);
          return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
    return streams;
  }

  static Topology topology(
      TopicNames topics,
      RecordLimits limits,
      Retention retention,
      SignatureEngine engine,
      PipelineMeters meters,
      long cacheBytes) {
    ActivationDecoder decoder = new ActivationDecoder(limits);
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
