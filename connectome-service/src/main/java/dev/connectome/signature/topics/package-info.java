/** The Kafka topics of the platform: their required configuration, creation, and checks. */
@NullMarked
package dev.connectome.signature.topics;

import org.jspecify.annotations.NullMarked;
