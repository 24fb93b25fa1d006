/** What is trained: settings, seeds, the trials they make, and their images. */
@NullMarked
package dev.connectome.experiments.grid;

import org.jspecify.annotations.NullMarked;
