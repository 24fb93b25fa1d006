/** The states of a run and the transitions between them. Pure. */
@NullMarked
package dev.connectome.controller.run;

import org.jspecify.annotations.NullMarked;
