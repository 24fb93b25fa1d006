/** The operator's settings. */
@NullMarked
package dev.connectome.controller.settings;

import org.jspecify.annotations.NullMarked;
