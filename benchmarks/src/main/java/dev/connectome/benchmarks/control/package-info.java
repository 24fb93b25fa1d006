/** {@code connectome bench control}: trainers, their signatures and their stops, measured. */
@NullMarked
package dev.connectome.benchmarks.control;

import org.jspecify.annotations.NullMarked;
