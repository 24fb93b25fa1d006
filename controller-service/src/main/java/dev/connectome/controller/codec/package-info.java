/** The only code that knows both protobuf and the domain. */
@NullMarked
package dev.connectome.controller.codec;

import org.jspecify.annotations.NullMarked;
