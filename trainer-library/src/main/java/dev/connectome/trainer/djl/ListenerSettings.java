package dev.connectome.trainer.djl;

import ai.djl.ndarray.NDList;
import dev.connectome.trainer.registry.PlatformSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings of a listener.
 *
 * @param run the run's name or uid
 * @param controllerTimeout how long the training waits for an unreachable controller
 * @param probe the probe set; empty to draw it from the inputs of the first epoch
 * @param classifies whether the network classifies; empty if its loss tells
 */
record ListenerSettings(
    String run,
    PlatformSettings platform,
    Duration controllerTimeout,
    Optional<NDList> probe,
    Optional<Boolean> classifies) {}
