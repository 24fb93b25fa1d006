/** The door of a service: reads credentials, decides, and writes down what was decided. */
@NullMarked
package dev.connectome.identity.server;

import org.jspecify.annotations.NullMarked;
