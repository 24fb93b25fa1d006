/** How a training is told to stop. */
@NullMarked
package dev.connectome.trainer.control;

import org.jspecify.annotations.NullMarked;
