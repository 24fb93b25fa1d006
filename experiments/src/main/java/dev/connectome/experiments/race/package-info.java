/** Compares rules on recorded trainings: results, the choice of a rule, the report. */
@NullMarked
package dev.connectome.experiments.race;

import org.jspecify.annotations.NullMarked;
