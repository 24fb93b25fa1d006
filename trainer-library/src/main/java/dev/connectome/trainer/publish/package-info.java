/** Publishes activation snapshots to Kafka without blocking the training. */
@NullMarked
package dev.connectome.trainer.publish;

import org.jspecify.annotations.NullMarked;
