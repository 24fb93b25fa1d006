/** Delivery of stop commands to trainers. */
@NullMarked
package dev.connectome.controller.delivery;

import org.jspecify.annotations.NullMarked;
