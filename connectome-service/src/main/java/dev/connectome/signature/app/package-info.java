/** Integrates the service into Quarkus: lifecycle and health. */
@NullMarked
package dev.connectome.signature.app;

import org.jspecify.annotations.NullMarked;
