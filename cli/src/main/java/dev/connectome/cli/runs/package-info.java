/** Commands on training runs, for any platform. */
@NullMarked
package dev.connectome.cli.runs;

import org.jspecify.annotations.NullMarked;
