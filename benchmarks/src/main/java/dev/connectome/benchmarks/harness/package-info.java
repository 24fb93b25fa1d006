/** What all benchmarks share: the runner, latencies, process usage, and a topic reader. */
@NullMarked
package dev.connectome.benchmarks.harness;

import org.jspecify.annotations.NullMarked;
