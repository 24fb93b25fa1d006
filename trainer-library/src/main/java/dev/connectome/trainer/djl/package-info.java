/** What joins a training that somebody else wrote with DJL to the platform. */
@NullMarked
package dev.connectome.trainer.djl;

import org.jspecify.annotations.NullMarked;
