/** What it costs a training to be observed. */
@NullMarked
package dev.connectome.benchmarks.trainer;

import org.jspecify.annotations.NullMarked;
