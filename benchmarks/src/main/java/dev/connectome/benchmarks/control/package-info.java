/** {@code connectome bench control}: simulated trainers, and how fast the controller stops them. */
@NullMarked
package dev.connectome.benchmarks.control;

import org.jspecify.annotations.NullMarked;
