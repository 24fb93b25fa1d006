/** What an operator can set. */
@NullMarked
package dev.connectome.controller.settings;

import org.jspecify.annotations.NullMarked;
