/**
 * {@code connectome bench}: measures the platform under load, and the computation of a signature.
 */
@NullMarked
package dev.connectome.benchmarks;

import org.jspecify.annotations.NullMarked;
