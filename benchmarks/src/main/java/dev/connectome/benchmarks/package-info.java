/**
 * {@code connectome bench}: load on a whole platform, measured. What every benchmark shares is
 * here: latencies, the use of a process, the machine, the printing.
 */
@NullMarked
package dev.connectome.benchmarks;

import org.jspecify.annotations.NullMarked;
