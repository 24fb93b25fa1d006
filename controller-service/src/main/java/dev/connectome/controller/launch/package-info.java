/** Launchers, and the one that runs trainers as processes on this machine. */
@NullMarked
package dev.connectome.controller.launch;

import org.jspecify.annotations.NullMarked;
