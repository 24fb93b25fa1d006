/** Converts between the contracts and the domain; the only code that knows both. */
@NullMarked
package dev.connectome.controller.codec;

import org.jspecify.annotations.NullMarked;
