/** The commands on training runs. */
@NullMarked
package dev.connectome.cli.runs;

import org.jspecify.annotations.NullMarked;
