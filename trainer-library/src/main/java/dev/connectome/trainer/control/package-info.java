/** How a training is stopped, and how it reports its progress. */
@NullMarked
package dev.connectome.trainer.control;

import org.jspecify.annotations.NullMarked;
