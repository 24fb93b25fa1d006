package dev.connectome.controller.launch.kubernetes;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How Jobs are made and kept, where the run does not say.
 *
 * @param namespace where Jobs are; empty for the client's own
 * @param image the trainer's image
 * @param queue the Kueue queue
 * @param dataClaim the volume claim with data
 * @param checkpointClaim the volume claim for checkpoints
 * @param kafkaSecret a Secret with {@code client.properties} for the trainer's Kafka client
 * @param jobTemplate a file with a Job that is laid over the product's own skeleton
 * @param environment what every trainer is told
 * @param maxConcurrentRuns how many runs may have a Job at once
 * @param startTimeout how long a trainer that runs may take to register, and an image or a
 *     configuration to become usable
 * @param keepFinished how long a finished Job is kept for its logs
 * @param requestsPerSecond requests to the API server at most
 */
public record KubernetesLauncherSettings(
    Optional<String> namespace,
    Optional<String> image,
    Optional<String> queue,
    Optional<String> dataClaim,
    Optional<String> checkpointClaim,
    Optional<String> kafkaSecret,
    Optional<Path> jobTemplate,
    Map<String, String> environment,
    int maxConcurrentRuns,
    Duration startTimeout,
    Duration keepFinished,
    double requestsPerSecond) {}
