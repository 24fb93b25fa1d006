/** Networks that users bring into a trainer. */
@NullMarked
package dev.connectome.trainer.network;

import org.jspecify.annotations.NullMarked;
