/** What makes the command line and its platform at home on a machine. */
@NullMarked
package dev.connectome.cli.setup;

import org.jspecify.annotations.NullMarked;
