/** Stop commands on their way to trainers. */
@NullMarked
package dev.connectome.controller.delivery;

import org.jspecify.annotations.NullMarked;
