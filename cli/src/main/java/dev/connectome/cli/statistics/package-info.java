/** How sure a measured mean or median is. */
@NullMarked
package dev.connectome.cli.statistics;

import org.jspecify.annotations.NullMarked;
