/** The states of a run and what leads from one to another. Pure. */
@NullMarked
package dev.connectome.controller.run;

import org.jspecify.annotations.NullMarked;
