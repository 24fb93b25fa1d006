/** Snapshots on their way to Kafka, beside the training and never in its way. */
@NullMarked
package dev.connectome.trainer.publish;

import org.jspecify.annotations.NullMarked;
