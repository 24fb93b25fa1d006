/** {@code connectome demo}: starts a platform, trains a few networks and reports the results. */
@NullMarked
package dev.connectome.cli.demo;

import org.jspecify.annotations.NullMarked;
