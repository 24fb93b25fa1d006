/** Background loops, as health and metrics see them. */
@NullMarked
package dev.connectome.controller.loop;

import org.jspecify.annotations.NullMarked;
