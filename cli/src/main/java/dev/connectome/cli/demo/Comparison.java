package dev.connectome.cli.demo;

/** A run under the default policy, and the same training without stopping. */
record Comparison(ObservedRun watched, ObservedRun reference) {}
