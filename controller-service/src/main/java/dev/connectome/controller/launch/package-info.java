/** Who starts trainers: here, processes on the controller's own machine. */
@NullMarked
package dev.connectome.controller.launch;

import org.jspecify.annotations.NullMarked;
