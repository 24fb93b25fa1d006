/** Hangs the service into Quarkus: start and end, health. */
@NullMarked
package dev.connectome.signature.app;

import org.jspecify.annotations.NullMarked;
