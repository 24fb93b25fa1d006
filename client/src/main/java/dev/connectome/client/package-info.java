/**
 * A typed client of the controller, for programs in Java: connections, the runs' series, watches
 * that survive outages.
 */
@NullMarked
package dev.connectome.client;

import org.jspecify.annotations.NullMarked;
