/** Signatures on their way from Kafka. */
@NullMarked
package dev.connectome.controller.ingest;

import org.jspecify.annotations.NullMarked;
