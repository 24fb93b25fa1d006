/** The life of runs: each change is one transaction. */
@NullMarked
package dev.connectome.controller.lifecycle;

import org.jspecify.annotations.NullMarked;
