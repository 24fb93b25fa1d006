/** The controller's gRPC services. */
@NullMarked
package dev.connectome.controller.api;

import org.jspecify.annotations.NullMarked;
