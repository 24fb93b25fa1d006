/** Which runs a list has and in which order, as callers write it (AIP-160 and AIP-132). Pure. */
@NullMarked
package dev.connectome.controller.filter;

import org.jspecify.annotations.NullMarked;
