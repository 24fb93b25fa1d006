/** Serves the gRPC services over HTTP and JSON, as the annotations of the contracts say. */
@NullMarked
package dev.connectome.controller.http;

import org.jspecify.annotations.NullMarked;
