/** How a browser becomes somebody: one-time links and sessions. */
@NullMarked
package dev.connectome.controller.login;

import org.jspecify.annotations.NullMarked;
