/** Computes what is published of a complete snapshot. Pure: the JDK and the topology library. */
@NullMarked
package dev.connectome.signature.compute;

import org.jspecify.annotations.NullMarked;
