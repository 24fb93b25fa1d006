/** What the service counts and times. */
@NullMarked
package dev.connectome.signature.metrics;

import org.jspecify.annotations.NullMarked;
