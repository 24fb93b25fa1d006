/** Connects a training loop written with DJL to the platform. */
@NullMarked
package dev.connectome.trainer.djl;

import org.jspecify.annotations.NullMarked;
