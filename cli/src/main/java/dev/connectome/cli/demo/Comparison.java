package dev.connectome.cli.demo;

/**
 * A run that a policy watches, and the same training without stopping.
 *
 * @param watched the run
 * @param reference the same spec under the policy never
 */
record Comparison(ObservedRun watched, ObservedRun reference) {}
