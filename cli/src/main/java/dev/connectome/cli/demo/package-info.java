/**
 * A demonstration from nothing to a report: the platform is started, trains a few networks, and is
 * stopped.
 */
@NullMarked
package dev.connectome.cli.demo;

import org.jspecify.annotations.NullMarked;
