/** What it costs a training to be observed. */
@NullMarked
package dev.connectome.cli.bench.trainer;

import org.jspecify.annotations.NullMarked;
