/** The Kafka Streams application: consumes activations, publishes signatures. */
@NullMarked
package dev.connectome.signature.stream;

import org.jspecify.annotations.NullMarked;
