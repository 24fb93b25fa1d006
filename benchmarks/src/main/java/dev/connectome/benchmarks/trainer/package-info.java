/** {@code connectome bench trainer}: what observing a training run costs. */
@NullMarked
package dev.connectome.benchmarks.trainer;

import org.jspecify.annotations.NullMarked;
