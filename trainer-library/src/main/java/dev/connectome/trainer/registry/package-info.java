/** How a trainer joins its run: registration, heartbeats, outcome. */
@NullMarked
package dev.connectome.trainer.registry;

import org.jspecify.annotations.NullMarked;
