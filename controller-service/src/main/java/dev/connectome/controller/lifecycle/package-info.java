/** What happens to runs: every change of a run, in one transaction each. */
@NullMarked
package dev.connectome.controller.lifecycle;

import org.jspecify.annotations.NullMarked;
