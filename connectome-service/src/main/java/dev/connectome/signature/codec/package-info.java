/** The only place that knows both the contracts in Protocol Buffers and the domain. */
@NullMarked
package dev.connectome.signature.codec;

import org.jspecify.annotations.NullMarked;
