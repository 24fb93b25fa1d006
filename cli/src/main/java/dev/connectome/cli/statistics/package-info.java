/** How sure a measured mean is. */
@NullMarked
package dev.connectome.cli.statistics;

import org.jspecify.annotations.NullMarked;
