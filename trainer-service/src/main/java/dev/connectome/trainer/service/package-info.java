/** One training run in one process. */
@NullMarked
package dev.connectome.trainer.service;

import org.jspecify.annotations.NullMarked;
