/**
 * Experiments: grids of trainings that run through the platform, the race of stopping rules on what
 * they recorded, and the choice of a rule from it.
 */
@NullMarked
package dev.connectome.experiments;

import org.jspecify.annotations.NullMarked;
