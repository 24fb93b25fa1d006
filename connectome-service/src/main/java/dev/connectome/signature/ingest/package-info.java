/** The gRPC ingest service, for trainers without a Kafka client. */
@NullMarked
package dev.connectome.signature.ingest;

import org.jspecify.annotations.NullMarked;
