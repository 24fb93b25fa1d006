/** Signatures from Kafka. */
@NullMarked
package dev.connectome.controller.ingest;

import org.jspecify.annotations.NullMarked;
