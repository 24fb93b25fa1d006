/** Decodes, turns and scales images to the values that Python's PIL gives. */
@NullMarked
package dev.connectome.trainer.service.image;

import org.jspecify.annotations.NullMarked;
