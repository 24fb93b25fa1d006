/** What a network's neurons do, seen from outside of its training. */
@NullMarked
package dev.connectome.trainer.probe;

import org.jspecify.annotations.NullMarked;
