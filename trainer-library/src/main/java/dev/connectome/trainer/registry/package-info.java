/** The attempt of a trainer at a run: registration, heartbeats, outcome. */
@NullMarked
package dev.connectome.trainer.registry;

import org.jspecify.annotations.NullMarked;
