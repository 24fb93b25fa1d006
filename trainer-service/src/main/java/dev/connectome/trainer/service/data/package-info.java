/** Images to train on: the formats of data sets, and an embedded data set. */
@NullMarked
package dev.connectome.trainer.service.data;

import org.jspecify.annotations.NullMarked;
