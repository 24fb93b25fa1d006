/** A process that trains one attempt of a run. */
@NullMarked
package dev.connectome.trainer.service;

import org.jspecify.annotations.NullMarked;
