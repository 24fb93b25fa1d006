package dev.connectome.trainer.service;

import dev.connectome.trainer.registry.PlatformSettings;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.utils.Utils;

/**
 * The settings of a trainer process.
 *
 * @param platform without the properties in {@code kafkaPropertiesFile}
 * @param kafkaPropertiesFile additional properties of the Kafka client; empty for none
 * @param dataDirectory the data of runs that name no directory; empty for the embedded data set
 * @param device the device of runs that name none
 * @param outcomeFile where to write the outcome as well; empty for nowhere
 * @param metricsPort the port for metrics, at the control host; empty for none
 * @param registrationTimeout how long to retry while the controller is unreachable
 */
record TrainerSettings(
    String runUid,
    String instanceId,
    PlatformSettings platform,
    Optional<Path> kafkaPropertiesFile,
    Optional<Path> dataDirectory,
    String device,
    Path checkpointDirectory,
    Optional<Path> outcomeFile,
    OptionalInt metricsPort,
    Duration registrationTimeout) {

  /** The settings of the platform, with the properties in the file. */
  PlatformSettings platformWithKafkaProperties() throws IOException {
    if (kafkaPropertiesFile.isEmpty()) {
      return platform;
    }
    try {
      return platform.withKafkaProperties(
          Utils.propsToStringMap(Utils.loadProps(kafkaPropertiesFile.get().toString())));
    } catch (NoSuchFileException e) {
      throw new IOException("the Kafka properties file does not exist: " + e.getMessage(), e);
    }
  }
}
