/** The metrics of the service. */
@NullMarked
package dev.connectome.signature.metrics;

import org.jspecify.annotations.NullMarked;
