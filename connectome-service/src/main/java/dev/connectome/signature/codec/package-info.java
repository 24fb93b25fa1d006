/** Converts between the Protocol Buffers contracts and the domain. */
@NullMarked
package dev.connectome.signature.codec;

import org.jspecify.annotations.NullMarked;
