/** Networks that users add to a trainer. */
@NullMarked
package dev.connectome.trainer.network;

import org.jspecify.annotations.NullMarked;
