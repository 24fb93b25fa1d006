/** Wiring, start and shutdown. */
@NullMarked
package dev.connectome.controller.app;

import org.jspecify.annotations.NullMarked;
