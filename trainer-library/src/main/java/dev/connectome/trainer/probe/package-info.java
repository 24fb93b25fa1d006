/** Records the activations of a network, without changing its training. */
@NullMarked
package dev.connectome.trainer.probe;

import org.jspecify.annotations.NullMarked;
