package dev.connectome.controller.launch.kubernetes;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How Jobs are created and kept, unless a run says otherwise.
 *
 * @param namespace of runs that name none; the client's own if empty
 * @param namespaces further ones in which runs may be
 * @param queue a Kueue queue
 * @param kafkaSecret a Secret whose {@code client.properties} configures the trainers' Kafka client
 * @param tokenSecret a Secret whose {@code token} trainers show to the controller
 * @param jobTemplate a file with a Job that is merged into the skeleton
 * @param runtimes a folder with a Job for each kind of trainer that is merged into that
 * @param maxConcurrentRuns the number of runs that may have a Job at the same time
 * @param startTimeout the time a running trainer has to register, and an image or a configuration
 *     to become usable
 * @param keepFinished how long a finished Job is kept for its log
 */
public record KubernetesLauncherSettings(
    Optional<String> namespace,
    Set<String> namespaces,
    Optional<String> image,
    Optional<String> queue,
    Optional<String> dataClaim,
    Optional<String> checkpointClaim,
    Optional<String> kafkaSecret,
    Optional<String> tokenSecret,
    Optional<Path> jobTemplate,
    Optional<Path> runtimes,
    Map<String, String> environment,
    int maxConcurrentRuns,
    Duration startTimeout,
    Duration keepFinished,
    double requestsPerSecond) {}
