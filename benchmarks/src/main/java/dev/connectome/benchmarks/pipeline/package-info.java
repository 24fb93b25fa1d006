/** {@code connectome bench pipeline}: synthetic trainers, and what becomes of their snapshots. */
@NullMarked
package dev.connectome.benchmarks.pipeline;

import org.jspecify.annotations.NullMarked;
