package dev.connectome.signature.settings;

import io.smallrye.config.ConfigMapping;

/** The settings of the service, each a property or an environment variable. */
@ConfigMapping(prefix = "connectome")
public interface ConnectomeSettings {

  KafkaSettings kafka();

  StreamsSettings streams();

  RetentionSettings retention();

  LimitSettings limits();
}
