/** {@code connectome bench pipeline}: simulated trainers, and the signatures of their snapshots. */
@NullMarked
package dev.connectome.benchmarks.pipeline;

import org.jspecify.annotations.NullMarked;
