/**
 * The Kafka Streams application: consumes activations, publishes signatures. The thin shell round
 * the pure packages.
 */
@NullMarked
package dev.connectome.signature.stream;

import org.jspecify.annotations.NullMarked;
