/** Images to learn from: MNIST's file format, and a data set that needs no files. */
@NullMarked
package dev.connectome.trainer.service.data;

import org.jspecify.annotations.NullMarked;
