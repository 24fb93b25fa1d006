/** The {@code connectome} command. */
@NullMarked
package dev.connectome.cli;

import org.jspecify.annotations.NullMarked;
