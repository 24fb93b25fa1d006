/** The stopping rules that experiments compare, and the candidates that one is chosen from. */
@NullMarked
package dev.connectome.experiments.rule;

import org.jspecify.annotations.NullMarked;
