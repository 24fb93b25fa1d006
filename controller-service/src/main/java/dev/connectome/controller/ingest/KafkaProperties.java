package dev.connectome.controller.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.utils.Utils;

/** How the controller's Kafka clients connect. */
public final class KafkaProperties {

  private KafkaProperties() {}

  /**
   * The connection's properties.
   *
   * @param file further properties
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Map<String, Object> of(String bootstrapServers, Optional<Path> file) {
    Map<String, Object> properties =
        new HashMap<>(file.map(KafkaProperties::load).orElse(Map.of()));
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    return properties;
  }

  private static Map<String, String> load(Path file) {
    try {
      return Utils.propsToStringMap(Utils.loadProps(file.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read Kafka properties file " + file, e);
    }
  }
}
