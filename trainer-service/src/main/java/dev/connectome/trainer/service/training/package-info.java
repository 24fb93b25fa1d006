/** Networks, optimisers, the training loop and its checkpoints. */
@NullMarked
package dev.connectome.trainer.service.training;

import org.jspecify.annotations.NullMarked;
