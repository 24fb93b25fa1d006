/** Computes the signature of a complete snapshot. Pure: uses the JDK and the topology library. */
@NullMarked
package dev.connectome.signature.compute;

import org.jspecify.annotations.NullMarked;
