/** Runs trials on a platform and keeps what they did: series, decisions, stages. */
@NullMarked
package dev.connectome.experiments.recording;

import org.jspecify.annotations.NullMarked;
