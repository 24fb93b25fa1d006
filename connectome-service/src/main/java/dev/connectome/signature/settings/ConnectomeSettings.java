package dev.connectome.signature.settings;

import io.smallrye.config.ConfigMapping;

/**
 * All settings of the service that are its own; each may be given as a property or as an
 * environment variable.
 */
@ConfigMapping(prefix = "connectome")
public interface ConnectomeSettings {

  /**
   * The broker and the topics.
   *
   * @return the settings
   */
  KafkaSettings kafka();

  /**
   * Kafka Streams.
   *
   * @return the settings
   */
  StreamsSettings streams();

  /**
   * How long what is kept.
   *
   * @return the settings
   */
  RetentionSettings retention();

  /**
   * What a record may ask for.
   *
   * @return the settings
   */
  LimitSettings limits();
}
