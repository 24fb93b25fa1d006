/** How the parts are put together, started and stopped. */
@NullMarked
package dev.connectome.controller.app;

import org.jspecify.annotations.NullMarked;
