/** The way in for trainers that have no Kafka client. */
@NullMarked
package dev.connectome.signature.ingest;

import org.jspecify.annotations.NullMarked;
